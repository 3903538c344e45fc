using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training;

/// <summary>
/// The shared memory of a tree of processes that is in nobody's resident set: files in <c>/dev/shm</c> and anonymous ones, as far as a
/// process was seen with them open, and segments of System V that one of them made. On Linux. In a sandbox: all that is in its file systems
/// of memory.
/// </summary>
/// <param name="sandboxBytes">The size of <c>/dev/shm</c> in the sandbox; null: there is no sandbox.</param>
internal sealed class SharedMemory(long? sandboxBytes)
{
    private const string Folder = "/dev/shm/";
    private const string Anonymous = "/memfd:";
    private const string Segments = "/proc/sysvipc/shm";
    private const int RemoveSegment = 0; // IPC_RMID
    private const int StatBytes = 256;
    private const int InodeAt = 8; // of struct stat, on x64 and arm64 alike
    private const int BlocksAt = 64;
    private const int BlockBytes = 512;

    // The sizes of the file systems of memory that a sandbox has (SandboxCommand), by which they are known from those of the machine.
    private readonly (string Path, long Bytes)[] mounts = sandboxBytes is { } bytes
        ? [("/dev/shm", bytes), ("/tmp", SandboxCommand.TemporaryBytes)]
        : [];
    private readonly HashSet<string> files = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> segments = []; // and who made them
    private readonly HashSet<string> before = new(Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder) : [], StringComparer.Ordinal);
    private readonly HashSet<int> segmentsBefore = [.. ReadSegments().Select(segment => segment.Id)];

    /// <summary>The bytes that are held beside resident sets.</summary>
    /// <param name="processes">The ids of the processes of the tree.</param>
    public long Measure(IReadOnlyCollection<int> processes)
    {
        var inodes = new Dictionary<long, long>();
        foreach (var process in processes)
        {
            foreach (var file in OpenFiles(process))
                Count(file, inodes);
        }

        foreach (var file in files)
            Count(file, inodes);
        for (var i = 0; i < mounts.Length; i++)
            inodes[long.MinValue + i] = processes.Select(process => Used($"/proc/{process}/root{mounts[i].Path}", mounts[i].Bytes))
                .DefaultIfEmpty().Max();
        foreach (var segment in ReadSegments()
            .Where(segment =>
                !segmentsBefore.Contains(segment.Id) && (processes.Contains(segment.Maker) || segments.ContainsKey(segment.Id))))
        {
            segments[segment.Id] = segment.Maker;
            inodes[-1 - segment.Id] = segment.Bytes;
        }

        var held = inodes.Values.Sum();
        return held == 0 ? 0 : Math.Max(0, held - processes.Sum(ResidentShared));
    }

    /// <summary>Removes what the tree made and left.</summary>
    public void Remove()
    {
        foreach (var file in files)
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody else's by now.
            }
        }

        foreach (var segment in ReadSegments().Where(segment => segments.TryGetValue(segment.Id, out var maker) && maker == segment.Maker))
            _ = ControlSegment(segment.Id, RemoveSegment, 0);
    }

    private IEnumerable<string> OpenFiles(int process)
    {
        string[] open;
        try
        {
            open = Directory.GetFiles($"/proc/{process}/fd");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var link in open)
        {
            var target = TargetOf(link);
            if (target?.StartsWith(Anonymous, StringComparison.Ordinal) == true)
                yield return link;
            if (sandboxBytes is not null || target?.StartsWith(Folder, StringComparison.Ordinal) != true || before.Contains(target))
                continue; // A path of the sandbox is not one of the machine.
            if (File.Exists(target))
                files.Add(target);
            yield return link;
        }
    }

    private static long Used(string mount, long bytes)
    {
        try
        {
            var drive = new DriveInfo(mount);
            return drive.TotalSize - bytes is >= 0 and < 1 << 16 ? drive.TotalSize - drive.TotalFreeSpace : 0; // rounded up to pages
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Count(string path, Dictionary<long, long> inodes)
    {
        var stat = new byte[StatBytes];
        if (ReadStat(path, stat) == 0)
            inodes[BinaryPrimitives.ReadInt64LittleEndian(stat.AsSpan(InodeAt))] = BinaryPrimitives.ReadInt64LittleEndian(
                stat.AsSpan(BlocksAt)) * BlockBytes;
    }

    private static long ResidentShared(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("RssShmem:", StringComparison.Ordinal));
            return line is null
                ? 0
                : 1024 * long.Parse(
                    line["RssShmem:".Length..].Replace("kB", "", StringComparison.Ordinal),
                    NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <remarks>key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap: proc_sysvipc(5).</remarks>
    private static IEnumerable<(int Id, int Maker, long Bytes)> ReadSegments() =>
        !File.Exists(Segments) ? [] : File.ReadLines(Segments).Skip(1)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length >= 16)
        .Select(fields =>
            (Number(fields[1]), Number(fields[4]), long.Parse(fields[14], CultureInfo.InvariantCulture)
                + long.Parse(fields[15], CultureInfo.InvariantCulture)));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "stat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadStat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, byte[] stat);

    [DllImport("libc", EntryPoint = "shmctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlSegment(int segment, int command, nint nothing);
}
