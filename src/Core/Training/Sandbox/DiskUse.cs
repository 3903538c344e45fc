using System.Globalization;

namespace Progeny.Core.Training.Sandbox;

/// <summary>Holds what a running program writes to its folder to the limits of the node.</summary>
internal sealed class DiskUse(string folder, SandboxOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly long _before = Measure(folder).Bytes;
    private long _checkedAt = time.GetTimestamp();

    /// <summary>Which limit is exceeded, in a sentence; null: none. It looks twice a second at most.</summary>
    public string? Check()
    {
        if (time.GetElapsedTime(_checkedAt) < Interval)
            return null;
        _checkedAt = time.GetTimestamp();
        try
        {
            return Limit();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The trainer was stopped: what it wrote to its folder cannot be measured ({exception.Message}).";
        }
    }

    private string? Limit()
    {
        var (bytes, entries) = Measure(folder);
        if (bytes - _before > options.MaxDiskBytes)
            return $"The trainer was stopped: it had written {Show(bytes - _before)} to its folder; its limit is {Show(options.MaxDiskBytes)} (the node's Jobs:MaxDiskBytes).";
        if (entries > options.MaxFiles)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The trainer was stopped: there were {entries} files and folders in its folder; its limit is {options.MaxFiles} (the node's Jobs:MaxFiles).");
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < options.MinFreeBytes
            ? $"The trainer was stopped: the disk of its folder had {Show(free)} free; {Show(options.MinFreeBytes)} must be (the node's Jobs:MinFreeBytes)."
            : null;
    }

    private static (long Bytes, long Entries) Measure(string folder)
    {
        var (bytes, entries) = (0L, 0L);
        var waiting = new Stack<string>([folder]);
        while (waiting.TryPop(out var next))
        {
            try
            {
                foreach (var entry in new DirectoryInfo(next).EnumerateFileSystemInfos("*", Everything))
                {
                    entries++;
                    if ((entry.Attributes & FileAttributes.ReparsePoint) != 0)
                        continue;
                    if (entry is FileInfo file)
                        bytes += LengthOf(file);
                    else
                        waiting.Push(entry.FullName);
                }
            }
            catch (DirectoryNotFoundException)
            {
                // The program removes folders meanwhile, and files (below).
            }
        }

        return (bytes, entries);
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static EnumerationOptions Everything { get; } = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private static string Show(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
