using System.Globalization;
using System.Runtime.InteropServices;

namespace Progeny.Core.Training.Sandbox;

/// <summary>
/// The words that start a program in a sandbox: bubblewrap (bwrap), which makes the namespaces, and in it, of the package util-linux,
/// setpriv, which takes the job's user, and prlimit, which sets the limits of the kernel.
/// </summary>
/// <param name="hidden">The node's data folder, which no program sees, wherever it lies.</param>
/// <param name="filter">The compiled filter of system calls, which is open as file 9; null: there is none.</param>
public sealed class SandboxCommand(SandboxOptions options, string hidden, string? filter)
{
    /// <summary>The size of <c>/tmp</c>, which is memory; the job's own temporary folder lies on the disk.</summary>
    internal const long TemporaryBytes = 64L << 20;

    private const long OfRuntime = 1L << 30; // stacks of threads, and what a collector of garbage has set aside

    private static readonly string[] SystemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    private static readonly string[] Settings =
        ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/mime.types"];

    private static readonly string[] NetworkSettings = [
        "/etc/resolv.conf",
        "/etc/hosts",
        "/etc/nsswitch.conf",
        "/etc/ssl/certs",
        "/etc/ca-certificates",
        "/etc/pki/tls/certs",
    ];

    // Libraries read there how many processors the machine has.
    private static readonly string[] Machine = ["/sys/devices/system/cpu", "/sys/devices/system/node"];

    private static readonly string? DotnetFolder = FindDotnet();

    /// <summary>Puts a command behind the words that make a sandbox for it.</summary>
    /// <param name="folder">The job's folder, at whose path the program finds it.</param>
    /// <param name="reads">Files and folders that it may read.</param>
    /// <param name="memory">The memory that it may take, in bytes.</param>
    /// <param name="user">The job's user; null: the node's.</param>
    public List<string> Wrap(IReadOnlyList<string> command, string folder, IReadOnlyList<string> reads, long memory, uint? user)
    {
        List<string> words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"];
        words.AddRange(user is null ? ["--unshare-user", "--disable-userns"] : []);
        words.AddRange(options.Network is SandboxNetwork.None ? ["--unshare-net"] : []);
        words.AddRange(["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]);

        // Without user namespace setpriv needs these to take the job's user, with which they are gone.
        words.AddRange(user is null ? [] : ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]);
        words.AddRange(filter is null ? [] : ["--seccomp", "9"]);
        AddFiles(words, folder, reads, memory);
        words.AddRange(["--setenv", "USER", "trainer", "--setenv", "LOGNAME", "trainer", "--"]);
        if (user is { } id)
            words.AddRange(
                [
                    "/usr/bin/setpriv",
                    $"--reuid={id}",
                    $"--regid={id}",
                    "--clear-groups",
                    "--bounding-set=-all",
                    "--inh-caps=-all",
                    "--no-new-privs",
                    "--",
                ]);

        // The folder is the job's user's alone, so only that user can change to it.
        words.AddRange(
        [
            "/usr/bin/env", $"--chdir={folder}", "/usr/bin/prlimit", Limit("nproc", options.MaxProcesses), Limit(
                "nofile", options.MaxOpenFiles), Limit("fsize", options.MaxDiskBytes),
            Limit("data", Math.Min(memory, long.MaxValue / 4) * 2 + OfRuntime), Limit("core", 0), "--",
        ]);
        return [.. words, .. command];
    }

    private void AddFiles(List<string> words, string folder, IReadOnlyList<string> reads, long memory)
    {
        words.AddRange(["--ro-bind", "/usr", "/usr"]);
        foreach (var system in SystemFolders)
        {
            if (new DirectoryInfo(system).LinkTarget is { } target)
                words.AddRange(["--symlink", target, system]);
            else if (Directory.Exists(system))
                words.AddRange(["--ro-bind", system, system]);
        }

        words.AddRange(
            ["--dev", "/dev", "--size", Size(memory), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--proc", "/proc"]);
        words.AddRange(["--size", Size(TemporaryBytes), "--perms", "1777", "--tmpfs", "/tmp"]);
        List<string> shown = [
            .. Settings,
            .. options.Network is SandboxNetwork.Host ? NetworkSettings : [],
            .. Machine,
            .. Environments(),
            .. options.ReadOnly,
        ];
        foreach (var path in shown.Concat(reads.Where(Directory.Exists)).Where(Path.Exists))
            Bind(words, "--ro-bind", path, path);

        // What is shown may lie around the node's data, or hold its settings.
        foreach (var settings in reads.Where(Directory.Exists).SelectMany(path => Directory.EnumerateFiles(path, "appsettings*.json")))
            words.AddRange(["--ro-bind", "/dev/null", settings]);
        if (shown.Append("/usr").Concat(reads).Any(path => IsIn(hidden, path)))
            words.AddRange(["--perms", "0755", "--tmpfs", hidden]);
        Bind(words, "--bind", folder, folder);
        foreach (var path in reads.Where(File.Exists))
            Bind(words, "--ro-bind", path, path);
        words.AddRange(["--remount-ro", "/"]);
    }

    /// <summary>Shows a path, with folders above it that the job's user may pass.</summary>
    private static void Bind(List<string> words, string kind, string source, string path)
    {
        for (var end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
            words.AddRange(["--perms", "0755", "--dir", path[..end]]);
        words.AddRange([kind, source, path]);
    }

    /// <summary>What variables of the environment that a program is given name.</summary>
    private static IEnumerable<string> Environments()
    {
        if (DotnetFolder is { } dotnet)
            yield return dotnet;
        if (Environment.GetEnvironmentVariable("XGBOOST_LIBRARY") is { Length: > 0 } library && Path.IsPathFullyQualified(library))
            yield return library;
    }

    private static bool IsIn(string path, string folder) =>
        path == folder || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + '/', StringComparison.Ordinal);

    private static string Limit(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");

    private static string Size(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);

    /// <summary>The folder of the .NET that runs this process, where it is one that others can use, too.</summary>
    private static string? FindDotnet()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return File.Exists(Path.Combine(root, "dotnet")) && !IsIn(root, "/usr") ? root : null;
    }
}
