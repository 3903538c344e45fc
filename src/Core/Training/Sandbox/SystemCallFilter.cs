using System.Runtime.InteropServices;

namespace Progeny.Core.Training.Sandbox;

/// <summary>
/// The system calls that programs in the sandbox may not make, as a filter of the kernel (seccomp) that libseccomp compiles: those that
/// change namespaces and mounts, look into other processes, administer the machine, or make memory that no limit counts.
/// </summary>
internal static class SystemCallFilter
{
    private const uint Allow = 0x7FFF_0000; // SCMP_ACT_ALLOW
    private const uint Error = 0x0005_0000; // SCMP_ACT_ERRNO, with the number of the error in its lower half
    private const int NotPermitted = 1; // EPERM
    private const int NotThere = 38; // ENOSYS
    private const int NoSuchFamily = 97; // EAFNOSUPPORT
    private const int Equal = 4; // SCMP_CMP_EQ
    private const int Greater = 6; // SCMP_CMP_GT
    private const int MaskedEqual = 7; // SCMP_CMP_MASKED_EQ
    private const ulong LowerHalf = 0xFFFF_FFFF;

    private static readonly string[] Refused =
    [
        // Namespaces and mounts
        "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
        "unshare", "setns", "open_by_handle_at", "name_to_handle_at",

        // Other processes
        "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",

        // The kernel and the machine
        "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
        "io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key", "acct", "quotactl", "quotactl_fd", "swapon", "swapoff", "reboot",
        "syslog", "settimeofday", "clock_settime", "clock_settime64", "stime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname",
        "lookup_dcookie", "uselib", "nfsservctl", "iopl", "ioperm", "modify_ldt", "vhangup", "_sysctl", "fanotify_init",

        // Memory in nobody's resident set that outlives its maker
        "shmget", "msgget", "mq_open",
    ];

    // CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
    private static readonly ulong[] NewNamespaces = [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];

    // Unix, IPv4, IPv6 and netlink are what programs need; of the others some are in no namespace of the network (vsock).
    private const ulong LastFamily = 16;
    private static readonly ulong[] OtherFamilies = [3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15];

    // TIOCSTI and TIOCLINUX: input for a terminal.
    private static readonly ulong[] TerminalInput = [0x5412, 0x541C];

    /// <summary>Writes the filter for this machine.</summary>
    /// <returns>Why there is none, in words; null: it is written.</returns>
    public static string? Write(string path)
    {
        try
        {
            using var stream = File.Create(path);
            return Write(stream);
        }
        catch (DllNotFoundException)
        {
            return "libseccomp.so.2 is not installed (Debian: apt-get install libseccomp2)";
        }
    }

    private static string? Write(FileStream stream)
    {
        var filter = Create(Allow);
        if (filter == 0)
            return "libseccomp knows no filter for this machine";
        try
        {
            foreach (var name in Refused)
                Refuse(filter, name, NotPermitted);
            foreach (var flag in NewNamespaces)
                Refuse(filter, "clone", NotPermitted, new Comparison(0, MaskedEqual, flag, flag));

            // Its flags lie in memory, where no filter sees them: programs take clone instead.
            Refuse(filter, "clone3", NotThere);
            foreach (var family in OtherFamilies)
                Refuse(filter, "socket", NoSuchFamily, new Comparison(0, Equal, family, 0));
            Refuse(filter, "socket", NoSuchFamily, new Comparison(0, Greater, LastFamily, 0));
            foreach (var request in TerminalInput)
                Refuse(filter, "ioctl", NotPermitted, new Comparison(1, MaskedEqual, LowerHalf, request));
            return Export(filter, stream.SafeFileHandle) == 0 ? null : "libseccomp could not write the filter";
        }
        finally
        {
            Release(filter);
        }
    }

    /// <summary>Adds a rule; a call that this machine or this version of the library does not have needs none.</summary>
    private static void Refuse(nint filter, string name, int error, params Comparison[] comparisons)
    {
        if (Resolve(name) is var call and >= 0 && AddRule(filter, Error | (uint)error, call, (uint)comparisons.Length, comparisons) != 0)
            throw new InvalidOperationException($"libseccomp refuses a rule about the system call {name}.");
    }

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Create(uint action);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_syscall_resolve_name")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Resolve([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_rule_add_array")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AddRule(nint filter, uint action, int call, uint count, Comparison[] comparisons);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_export_bpf")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Export(nint filter, SafeHandle file);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_release")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Release(nint filter);

    /// <remarks>struct scmp_arg_cmp.</remarks>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Comparison(uint argument, int operation, ulong first, ulong second)
    {
        public readonly uint Argument = argument;
        public readonly int Operation = operation;
        public readonly ulong First = first;
        public readonly ulong Second = second;
    }
}
