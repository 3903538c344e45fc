using Progeny.Abstractions.Metrics;
using Progeny.Core.Drift;

namespace Progeny.Core.Metrics;

/// <summary>Makes summaries of what this silo counted.</summary>
public sealed class SummaryCollector(ServingMeters meters, DistributionFolds folds)
{
    /// <summary>Takes out what was counted since the last time: a summary for each generation of which there is anything.</summary>
    /// <param name="at">A time in the window to which it belongs.</param>
    /// <param name="silo">The name of this silo.</param>
    public IReadOnlyList<GenerationSummary> Collect(DateTimeOffset at, string silo)
    {
        var summaries = new List<GenerationSummary>();
        foreach (var generation in meters.All.Select(meter => meter.Generation).Union(folds.Generations))
        {
            var counts = meters.For(generation).Drain();
            var distributions = folds.Drain(generation);
            if (counts is null && distributions is null)
                continue;
            counts ??= new ServingCounts();
            summaries.Add(new GenerationSummary
            {
                Id = Guid.CreateVersion7(at),
                Generation = generation,
                Silo = silo,
                WindowStart = MetricsResolution.StartOf(at, MetricsResolution.Finest.Step),
                Rows = counts.Rows,
                Errors = counts.Errors,
                Latency = counts.Latency.Encode(),
                AugmentMicroseconds = counts.AugmentMicroseconds,
                QueueMicroseconds = counts.QueueMicroseconds,
                PredictMicroseconds = counts.PredictMicroseconds,
                Distributions = distributions?.Encode() ?? [],
            });
        }

        return summaries;
    }
}
