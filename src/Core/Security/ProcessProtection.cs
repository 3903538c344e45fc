using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Progeny.Core.Security;

/// <summary>
/// Keeps other programs, the trainers that this process starts among them, from its secrets and its files, as far as a process can do that
/// by itself (docs/trainers.md says how far).
/// </summary>
public static partial class ProcessProtection
{
    private const string Diagnostics = "DOTNET_EnableDiagnostics";
    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int OwnerOnly = 0x3F; // 077

    /// <summary>What this process and its children create from now on is for their user only.</summary>
    public static void CloseFiles()
    {
        if (!OperatingSystem.IsWindows())
            _ = NativeUmask(OwnerOnly);
    }

    /// <summary>
    /// Closes this process: its memory, open files and environment to programs of the same user, its diagnostic port and its debugger's to
    /// everybody. With <c>DOTNET_EnableDiagnostics=1</c> it stays open to debuggers, tracers and core dumps. On Linux.
    /// </summary>
    /// <remarks>
    /// To be called when the settings have been read: the environment that the kernel shows of this process loses its secrets.
    /// </remarks>
    public static void CloseProcess()
    {
        if (!OperatingSystem.IsLinux())
            return;
        BlankEnvironment();
        if (Environment.GetEnvironmentVariable(Diagnostics) == "1")
            return;
        _ = NativeControl(SetDumpable, 0, 0, 0, 0);

        // The runtime has opened them by now, unless the setting above is 0. Through them a program of the same user may ask for the
        // environment, for a dump, or load code.
        foreach (var pattern in (string[])["dotnet-diagnostic-{0}-*", "clr-debug-pipe-{0}-*"])
        {
            foreach (var door in Directory.EnumerateFiles(
                Path.GetTempPath(), string.Format(CultureInfo.InvariantCulture, pattern, Environment.ProcessId)))
                File.Delete(door);
        }
    }

    /// <summary>
    /// Overwrites values in the block of environment variables that the process was started with, which the kernel shows as
    /// <c>/proc/PID/environ</c>, to root in any case. .NET keeps a copy, so the program itself still sees them.
    /// </summary>
    private static void BlankEnvironment()
    {
        _ = Environment.GetEnvironmentVariables(); // makes the copy
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var (start, end) = (nint.Parse(fields[47], CultureInfo.InvariantCulture), nint.Parse(fields[48], CultureInfo.InvariantCulture));
        if (start == 0 || end <= start)
            return;
        var block = new byte[end - start];
        Marshal.Copy(start, block, 0, block.Length);
        for (var at = 0; at < block.Length;)
        {
            var length = block.AsSpan(at).IndexOf((byte)0) is var zero and >= 0 ? zero : block.Length - at;
            var equals = block.AsSpan(at, length).IndexOf((byte)'=');
            if (equals > 0 && Secret().IsMatch(Encoding.UTF8.GetString(block.AsSpan(at, equals))))
                block.AsSpan(at + equals + 1, length - equals - 1).Clear();
            at += length + 1;
        }

        Marshal.Copy(block, 0, start, block.Length);
    }

    /// <summary>The names of a node's settings, with and without prefix, and what others call their secrets.</summary>
    [GeneratedRegex(
        "^PROGENY_|__|PASSW|SECRET|TOKEN|KEY|CREDENTIAL|HEADERS",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Secret();

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeUmask(int mask);

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeControl(int option, nint first, nint second, nint third, nint fourth);
}
