using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Progeny.Core.Training;

/// <summary>
/// What the bytes of a model depend on beside rows, parameters and package: the machine, and the programs of the node.
/// </summary>
public static class TrainingEnvironment
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>Reads it, by name.</summary>
    public static ImmutableSortedDictionary<string, string> Read(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        found["machine"] = Environment.MachineName;
        found["os"] = RuntimeInformation.OSDescription;
        found["architecture"] = RuntimeInformation.ProcessArchitecture.ToString();
        found["processor"] = Processor();
        found["runtime"] = RuntimeInformation.FrameworkDescription;
        found["threads"] = options.ThreadsOfTrainer.ToString(CultureInfo.InvariantCulture);
        found["progeny"] = typeof(TrainingEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";
        if (File.Exists(options.BuiltIn))
        {
            found["trainer"] = DigestOf(options.BuiltIn);
            if (Library(Path.GetDirectoryName(Path.GetFullPath(options.BuiltIn))!) is { } library)
                found["xgboost"] = DigestOf(library);
        }

        return found.ToImmutable();
    }

    /// <summary>What differs between two environments, a sentence each.</summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
    [
        .. then.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(name => then.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Select(name =>
                $"{name} was {then.GetValueOrDefault(name) ?? "not known"} and is {now.GetValueOrDefault(name) ?? "not known"}"),
    ];

    private static string Processor()
    {
        if (!File.Exists(CpuInfo))
            return RuntimeInformation.OSArchitecture.ToString();
        var line = File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line is null
            ? RuntimeInformation.OSArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string? Library(string folder) =>
        Environment.GetEnvironmentVariable("XGBOOST_LIBRARY") is { Length: > 0 } named && File.Exists(named)
            ? named
            : Directory.EnumerateFiles(folder, "*xgboost*", SearchOption.AllDirectories)
                .Where(path => Path.GetExtension(path) is ".so" or ".dylib" or ".0" || Path.GetFileName(path) == "xgboost.dll")
                .Order(StringComparer.Ordinal).FirstOrDefault();

    private static string DigestOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
