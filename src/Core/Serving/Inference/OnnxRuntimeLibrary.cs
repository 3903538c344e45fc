using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Core.Serving.Inference;

/// <summary>The native library of ONNX Runtime, with its maker's telemetry turned off.</summary>
public static partial class OnnxRuntimeLibrary
{
    // The library reads this variable when its environment is created, and keeps a session file in the temporary folder without it.
    private const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    /// <summary>
    /// The most memory for the runs of all models of a program, where no setting says another: an eighth of what it may use, 768 MiB at
    /// most.
    /// </summary>
    public static readonly long DefaultRunMemory = Math.Min(768L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);

    // A model gives larger tensors than this only while it runs, where memory is bounded, and not as constants from its load on.
    private const long MaxConstantBytes = 16L << 20;

    private static readonly Lazy<RunMemory> Memory = new(() => new RunMemory(_runMemory));
    private static long _runMemory = DefaultRunMemory;

    static OnnxRuntimeLibrary()
    {
        // On Unix .NET keeps a copy of the environment of its own, which native code does not see.
        if (!OperatingSystem.IsWindows())
            _ = SetNativeVariable(TelemetryVariable, "1", overwrite: 1);
        Environment.SetEnvironmentVariable(TelemetryVariable, "1");
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    /// <summary>The version of the library, e.g. <c>1.31.1</c>.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Loads the library, once; whatever creates sessions calls it first.</summary>
    public static void Load()
    {
        // The static constructor does it.
    }

    /// <summary>
    /// Bounds the memory for the runs of all models of this program; before the first model is loaded, later it stays as it is.
    /// </summary>
    public static void LimitRunMemory(long bytes) => _runMemory = bytes;

    /// <summary>Gives memory that no run needs now back to the system.</summary>
    internal static void ReturnMemory()
    {
        if (Memory.IsValueCreated)
            Memory.Value.Shrink();
    }

    /// <summary>The options of a session; the caller disposes them.</summary>
    internal static SessionOptions SessionOptions()
    {
        Memory.Value.Register();
        // One thread a run: a node has more queries in flight than cores, and threads of one run would only wait for each other.
        var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableMemoryPattern = false };
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        options.AddSessionConfigEntry(
            "optimization.constant_folding_max_output_size_in_bytes", MaxConstantBytes.ToString(CultureInfo.InvariantCulture));
        return options;
    }

    /// <summary>What went wrong in a run, in words; the library's own where it is not the memory.</summary>
    internal static string Describe(Exception exception) =>
        exception.Message.Contains("Available memory of", StringComparison.Ordinal)
            || exception.Message.Contains("Failed to allocate memory", StringComparison.Ordinal)
            || exception.Message.Contains("bad_alloc", StringComparison.Ordinal)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"it asks for more memory than is free of the {Memory.Value.Bytes >> 20} MiB that the runs of all models may take on this node (Serving:RunMemory)")
            : exception.Message;

    /// <summary>Whether a run asked for more memory than all runs together may take, so that no other run is to blame.</summary>
    internal static bool IsOverBound(Exception exception) =>
        Requested().Match(exception.Message) is { Success: true } match
            && (!long.TryParse(match.Groups["bytes"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            || bytes > Memory.Value.Bytes);

    [GeneratedRegex("requested [a-z ]*(?<bytes>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Requested();

    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNativeVariable(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
