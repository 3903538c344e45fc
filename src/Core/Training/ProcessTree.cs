using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Progeny.Core.Training;

/// <summary>
/// A process, its children and theirs, those included that left its session or lost their parent while it was watched. On Linux; on other
/// systems the process alone is measured.
/// </summary>
internal sealed class ProcessTree(Process root, SharedMemory shared)
{
    private const int Kill = 9;
    private const int MaxRounds = 100;
    private const double TicksASecond = 100; // USER_HZ, the same on all of Linux' machines that .NET runs on
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(10);
    private readonly Dictionary<int, string> _startTimes = new() { [root.Id] = StatOf(root.Id)?.StartTime ?? "" };
    private readonly Dictionary<(int Id, string StartTime), long> _ticks = [];
    private long _ended;

    /// <summary>The most memory that was found, in bytes.</summary>
    public long Peak { get; private set; }

    /// <summary>
    /// The processor time of all processes as they were found last: that of those seen, or of those alive with the children that they have
    /// waited for, whichever is more.
    /// </summary>
    public TimeSpan ProcessorTime => TimeSpan.FromSeconds(Math.Max(_ticks.Values.Sum(), _ended) / TicksASecond);

    /// <summary>
    /// Finds who belongs to the tree now and returns the memory they hold, in bytes: the sum of their resident sets, and shared memory
    /// beside.
    /// </summary>
    public long Measure()
    {
        var now = OperatingSystem.IsLinux() ? MeasureTree() : MeasureRoot();
        Peak = Math.Max(Peak, now);
        return now;
    }

    private long MeasureRoot()
    {
        root.Refresh();
        return root.HasExited ? 0 : root.WorkingSet64;
    }

    private long MeasureTree()
    {
        var found = Find();
        foreach (var process in found)
            _ticks[(process.Id, process.StartTime)] = process.Ticks;
        _ended = found.Sum(process => process.Ticks + process.TicksOfChildren);
        return (found.Sum(process => process.ResidentPages) * Environment.SystemPageSize)
            + shared.Measure([.. found.Select(process => process.Id)]);
    }

    /// <summary>Kills all that are left, and removes the shared memory that they leave.</summary>
    public void KillAll()
    {
        if (!OperatingSystem.IsLinux())
        {
            if (!root.HasExited)
                root.Kill(entireProcessTree: true);
            return;
        }

        // Again as long as there are any: a process may have started another between the check and the kill. One that hangs in the
        // kernel dies when it comes back; nobody waits for that. The root comes last, and only if it does not end by itself: it is the
        // shell that ends what it finds below it, and who loses their parent stays there as long as it lives.
        var left = Find();
        for (var round = 0; left.Count > 0 && round < MaxRounds; round++, left = Find())
        {
            foreach (var process in left.Where(process => process.Id != root.Id))
                _ = NativeKill(process.Id, Kill);
            root.WaitForExit(RoundTime);
        }

        if (!root.HasExited)
            root.Kill();
        shared.Remove();
    }

    private List<Stat> Find()
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? StatOf(id)
                    : null)
            .OfType<Stat>()
            .ToList();
        var found = new HashSet<int>();
        for (var before = -1; before < found.Count;)
        {
            before = found.Count;
            foreach (var process in all.Where(process => !found.Contains(process.Id)))
            {
                // Process ids are used again: one that was seen is only the same with the same start.
                var known = _startTimes.TryGetValue(process.Id, out var start) && start == process.StartTime;
                if (known || process.Session == root.Id || found.Contains(process.Parent))
                {
                    found.Add(process.Id);
                    _startTimes[process.Id] = process.StartTime;
                }
            }
        }

        return [.. all.Where(process => found.Contains(process.Id) && process.State is not ("Z" or "X"))];
    }

    private static Stat? StatOf(int id)
    {
        try
        {
            // pid (name) state ppid pgrp session …: the name may hold spaces and brackets, so fields count from the last bracket.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(
                id,
                fields[0],
                Number(fields[1]),
                Number(fields[3]),
                fields[19],
                Long(fields[21]),
                Long(fields[11]) + Long(fields[12]),
                Long(fields[13]) + Long(fields[14]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
        static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int process, int signal);

    private sealed record Stat(
        int Id, string State, int Parent, int Session, string StartTime, long ResidentPages, long Ticks, long TicksOfChildren);
}
