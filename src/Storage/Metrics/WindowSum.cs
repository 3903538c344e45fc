using Progeny.Abstractions.Metrics;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Metrics;

/// <summary>What is added to one window of a generation.</summary>
/// <param name="Step">The length of the window in seconds.</param>
/// <param name="Start">Its start in seconds since 1970.</param>
internal sealed record WindowSum(int Step, long Start)
{
    public ServingCounts Counts { get; } = new();

    /// <summary>
    /// How features and predictions were spread; null: nothing of it was logged, or windows of this length do not hold it.
    /// </summary>
    public Distributions? Distributions { get; private set; }

    /// <summary>What a summary adds to the windows of every resolution that are kept, in a fixed order.</summary>
    /// <param name="age">The time by which windows are old.</param>
    public static IReadOnlyList<WindowSum> Of(GenerationSummary summary, DateTimeOffset age)
    {
        var sums = new SortedDictionary<(int Step, long Start), WindowSum>();
        foreach (var window in summary.Windows)
        {
            var distributions = window.Distributions.IsEmpty ? null : Distributions.Decode(window.Distributions.Span);
            foreach (var resolution in MetricsResolution.All)
            {
                var start = resolution.StartOf(window.Start.ToUnixTimeSeconds());
                if (!resolution.Keeps(start, age))
                    continue;
                if (!sums.TryGetValue((resolution.Seconds, start), out var sum))
                    sums.Add((resolution.Seconds, start), sum = new WindowSum(resolution.Seconds, start));
                sum.Add(window, resolution == MetricsResolution.Finest ? null : distributions);
            }
        }

        return [.. sums.Values];
    }

    private void Add(WindowSummary window, Distributions? distributions)
    {
        Counts.Rows += window.Rows;
        Counts.Errors += window.Errors;
        Counts.AugmentMicroseconds += window.AugmentMicroseconds;
        Counts.QueueMicroseconds += window.QueueMicroseconds;
        Counts.PredictMicroseconds += window.PredictMicroseconds;
        Counts.Latency.Merge(window.Latency.Span);
        if (distributions is not null)
            (Distributions ??= new Distributions()).Merge(distributions);
    }
}
