using System.Diagnostics;
using System.Globalization;

namespace Progeny.Data.Bench;

/// <summary>What work took of the machine.</summary>
/// <param name="Wall">By the clock.</param>
/// <param name="Processor">Of all threads of this process.</param>
internal readonly record struct Usage(TimeSpan Wall, TimeSpan Processor)
{
    /// <summary>Measures work.</summary>
    public static async Task<Usage> OfAsync(Func<Task> work)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (clock, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await work();
        process.Refresh();
        return new Usage(clock.Elapsed, process.TotalProcessorTime - before);
    }

    /// <summary>Has two take turns, once each to warm up, and prints how much of the other's speed the first has.</summary>
    public static async Task CompareAsync(string name, double units, int rounds, Func<Task> own, Func<Task> other)
    {
        var (ours, theirs) = (new List<Usage>(), new List<Usage>());
        for (var round = -1; round < rounds; round++)
        {
            var mine = await OfAsync(own);
            var its = await OfAsync(other);
            if (round < 0)
                continue;
            ours.Add(mine);
            theirs.Add(its);
        }

        // The median of the ratios of turns: what else the machine does slows both of a turn.
        Print($"{name}.ratio-wall", Median(ours.Zip(theirs, (a, b) => b.Wall / a.Wall)));
        Print($"{name}.ratio-processor", Median(ours.Zip(theirs, (a, b) => b.Processor / a.Processor)));
        Print($"{name}.per-second", units / Median(ours.Select(usage => usage.Wall.TotalSeconds)));
        Print($"{name}.per-processor-second", units / Median(ours.Select(usage => usage.Processor.TotalSeconds)));
        Print($"{name}.other-per-second", units / Median(theirs.Select(usage => usage.Wall.TotalSeconds)));
        Print($"{name}.other-per-processor-second", units / Median(theirs.Select(usage => usage.Processor.TotalSeconds)));
    }

    /// <summary>Forgets the peak of memory so far (Linux).</summary>
    public static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>The most memory of this process since <see cref="ForgetPeak"/>, in MiB.</summary>
    public static double PeakMebibytes() => File.ReadLines("/proc/self/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024)
        .First();

    public static void Print(string name, double value) =>
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.###}"));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
