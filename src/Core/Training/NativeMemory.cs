using System.Runtime.InteropServices;

namespace Progeny.Core.Training;

/// <summary>The heap of native code in this process, the model runtime's among it.</summary>
public static class NativeMemory
{
    /// <summary>
    /// The bytes in use, of all arenas and of blocks that have mappings of their own; null where the C library does not say.
    /// </summary>
    public static long? InUse()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var info = MallInfo2();
            return (long)(info.UsedInArenas + info.Mapped);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than glibc 2.33 or later.
            return null;
        }
    }

    /// <summary>Returns what is free to the system, where the C library can.</summary>
    public static void Return()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than glibc.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint keep);

    [DllImport("libc", EntryPoint = "mallinfo2", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallocInfo MallInfo2();

    // struct mallinfo2 of malloc.h: hblkhd and uordblks are what is in use.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint arena;
        private readonly nuint ordinaryBlocks;
        private readonly nuint smallBlocks;
        private readonly nuint mappedBlocks;
        public readonly nuint Mapped;
        private readonly nuint unused;
        private readonly nuint freeSmall;
        public readonly nuint UsedInArenas;
        private readonly nuint free;
        private readonly nuint releasable;
    }
}
