using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Progeny.Core.Training;

/// <summary>
/// A folder, or a file in one, that is held open by itself and not by its path: whatever is renamed or linked afterwards, it stays the
/// same. A symbolic link is opened as the link that it is and never followed. Nothing of a file is read, and no device is touched, by
/// opening it.
/// </summary>
/// <remarks>Linux only (<c>O_PATH</c>); on other systems entries are known by their paths, and a link is told by its attributes.</remarks>
internal sealed class OpenFolder : IDisposable
{
    private const int AtCurrentFolder = -100;
    private const int AtEmptyPath = 0x1000;
    private const int OpenPath = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const uint BasicStats = 0x7FF;
    private const int NotFound = 2; // ENOENT
    private const int NameTooLong = 36; // ENAMETOOLONG

    private readonly SafeFileHandle? handle;
    private readonly string path;

    private OpenFolder(SafeFileHandle? handle, string path)
    {
        this.handle = handle;
        this.path = path;
        (Kind, Links, Bytes, Mode) = handle is null ? Inspect(path) : Inspect(handle);
    }

    /// <summary>What it is, in words; <see cref="File"/> and <see cref="Folder"/> are what may be read.</summary>
    public string Kind { get; }

    /// <summary>The number of names that a file has.</summary>
    public uint Links { get; }

    /// <summary>The size of a file when it was opened.</summary>
    public long Bytes { get; }

    /// <summary>What its owner and others may do with it.</summary>
    public UnixFileMode Mode { get; }

    public const string File = "a regular file";

    public const string Folder = "a folder";

    public const string Link = "a symbolic link";

    private static int NoFollow => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens a folder of the node's own.</summary>
    /// <exception cref="IOException">There is none, or it is a link.</exception>
    public static OpenFolder Open(string path)
    {
        var folder = OpenAt(AtCurrentFolder, path, path) ?? throw new DirectoryNotFoundException($"There is no folder {path}.");
        if (folder.Kind == Folder)
            return folder;
        folder.Dispose();
        throw new IOException($"{path} is {folder.Kind}, not a folder.");
    }

    /// <summary>Opens what is under a name in this folder; null: nothing is.</summary>
    /// <param name="name">A name without separators.</param>
    public OpenFolder? Find(string name)
    {
        var below = Path.Combine(path, name);
        return handle is null ? OpenAt(AtCurrentFolder, below, below) : OpenAt((int)handle.DangerousGetHandle(), name, below);
    }

    /// <summary>The names in this folder, one after the other.</summary>
    public IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(Readable).Select(entry => Path.GetFileName(entry));

    /// <summary>Opens the contents of a regular file.</summary>
    public FileStream Read() => Kind == File
        ? new FileStream(Readable, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: false)
        : throw new InvalidOperationException($"{path} is {Kind}.");

    public void Dispose() => handle?.Dispose();

    // The kernel's own name for what is held open.
    private string Readable => handle is null ? path : $"/proc/self/fd/{(int)handle.DangerousGetHandle()}";

    private static OpenFolder? OpenAt(int folder, string name, string path)
    {
        if (!OperatingSystem.IsLinux())
            return Path.Exists(path) || new FileInfo(path).LinkTarget is not null ? new OpenFolder(null, path) : null;
        var descriptor = NativeOpen(folder, name, OpenPath | CloseOnExec | NoFollow);
        if (descriptor >= 0)
            return new OpenFolder(new SafeFileHandle(descriptor, ownsHandle: true), path);
        var error = Marshal.GetLastPInvokeError();
        return error is NotFound or NameTooLong ? null : throw new IOException($"Cannot open {path}: {new Win32Exception(error).Message}.");
    }

    private static (string Kind, uint Links, long Bytes, UnixFileMode Mode) Inspect(SafeFileHandle handle)
    {
        // The layout of struct statx is the same on all architectures.
        var status = new byte[256];
        if (NativeStatus((int)handle.DangerousGetHandle(), "", AtEmptyPath, BasicStats, status) != 0)
            throw new IOException($"Cannot inspect an open file: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status.AsSpan(28));
        var kind = (mode & 0xF000) switch
        {
            0x8000 => File,
            0x4000 => Folder,
            0xA000 => Link,
            0x1000 => "a named pipe",
            0xC000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => "of an unknown kind",
        };
        return (kind, BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(16)), BinaryPrimitives.ReadInt64LittleEndian(
            status.AsSpan(40)), (UnixFileMode)(mode & 0xFFF));
    }

    private static (string Kind, uint Links, long Bytes, UnixFileMode Mode) Inspect(string path)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        var kind = info.LinkTarget is not null ? Link : info is DirectoryInfo ? Folder : File;
        return (kind, 1, kind == File ? ((FileInfo)info).Length : 0, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeOpen(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int flags);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeStatus(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int flags, uint mask, byte[] status);
}
