using System.Collections.Immutable;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Storage.Tests.Metrics;

internal static class Summaries
{
    public static readonly GenerationReference First = new("flights", "1.0.0", 1);

    public static GenerationSummary Create(DateTimeOffset at, GenerationReference? generation = null, params int[] latencies)
    {
        var latency = new LatencyHistogram();
        foreach (var microseconds in latencies)
            latency.Record(microseconds);
        var distributions = new Distributions();
        distributions.Feature("distance").Record(latencies.Length);
        return Create(generation ?? First, new WindowSummary
        {
            Start = MetricsResolution.StartOf(at, MetricsResolution.Finest.Step),
            Rows = 2 * latencies.Length,
            Errors = latencies.Count(microseconds => microseconds > 1_000),
            Latency = latency.Encode(),
            AugmentMicroseconds = 1,
            QueueMicroseconds = 2,
            PredictMicroseconds = 3,
            Distributions = distributions.Encode(),
        });
    }

    /// <summary>The first summary of a source of its own.</summary>
    public static GenerationSummary Create(GenerationReference generation, params ImmutableArray<WindowSummary> windows) =>
        new() { Generation = generation, Source = Guid.NewGuid(), IsLogged = true, After = 0, Through = 1, Windows = windows };

    public static async Task StoreAllAsync(this IMetricsStore store, params GenerationSummary[] summaries)
    {
        foreach (var summary in summaries)
            await store.StoreAsync(summary, default);
    }
}
