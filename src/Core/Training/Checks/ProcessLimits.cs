using System.Runtime.InteropServices;

namespace Progeny.Core.Training.Checks;

/// <summary>Limits that the kernel holds a process to.</summary>
public static class ProcessLimits
{
    private const int Data = 2; // RLIMIT_DATA
    private const long OfRuntime = 1L << 30; // stacks of threads and what the collector of garbage has set aside

    /// <summary>Has this process fail to allocate past a limit, on Linux; whoever started it also checks what it holds.</summary>
    public static void SetMemory(long bytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            return;
        var limit = new Limit { Soft = (ulong)(bytes + OfRuntime), Hard = (ulong)(bytes + OfRuntime) };
        _ = SetLimit(Data, in limit);
    }

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
