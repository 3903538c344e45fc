using System.Collections.Concurrent;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>A perfdb in memory that fails as often as it is told, before or after it has stored.</summary>
internal sealed class FlakyMetricsStore : IMetricsStore
{
    private readonly ConcurrentDictionary<Guid, GenerationSummary> stored = new();

    private int failures;

    public int FailuresBefore { get; set; }

    public int FailuresAfter { get; set; }

    public int Calls => failures;

    public IReadOnlyCollection<GenerationSummary> Stored => [.. stored.Values];

    public Task StoreAsync(IReadOnlyList<GenerationSummary> summaries, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref failures);
        if (call <= FailuresBefore)
            throw new IOException("The disk stands still.");
        foreach (var summary in summaries)
            stored.TryAdd(summary.Id, summary);
        return call <= FailuresBefore + FailuresAfter ? throw new IOException("The answer was lost.") : Task.CompletedTask;
    }

    public Task<IReadOnlyList<Guid>> FindMissingAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Guid>>([.. ids.Where(id => !stored.ContainsKey(id))]);

    public Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Distributions> ReadDistributionsAsync(GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken) => Task.FromResult<RecentRows?>(null);
}
