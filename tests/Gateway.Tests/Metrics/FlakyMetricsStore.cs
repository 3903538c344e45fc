using System.Collections.Concurrent;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>A perfdb in memory that fails as often as it is told, before or after it has stored.</summary>
internal sealed class FlakyMetricsStore : IMetricsStore
{
    private readonly ConcurrentQueue<GenerationSummary> stored = new();
    private readonly ConcurrentDictionary<(Guid Source, GenerationReference Generation), long> cursors = new();

    private int failures;

    public int FailuresBefore { get; set; }

    public int FailuresAfter { get; set; }

    public int Calls => failures;

    public IReadOnlyCollection<GenerationSummary> Stored => [.. stored];

    public Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref failures);
        if (call <= FailuresBefore)
            throw new IOException("The disk stands still.");
        var key = (summary.Source, summary.Generation);
        if (cursors.GetValueOrDefault(key) == summary.After)
        {
            stored.Enqueue(summary);
            cursors[key] = summary.Through;
        }

        return call <= FailuresBefore + FailuresAfter ? throw new IOException("The answer was lost.") : Task.FromResult(cursors[key]);
    }

    public Task<IReadOnlyDictionary<GenerationReference, long>> ReadCursorsAsync(Guid source, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<GenerationReference, long>>(
            cursors.Where(cursor => cursor.Key.Source == source).ToDictionary(cursor => cursor.Key.Generation, cursor => cursor.Value));

    public Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<Distributions> ReadDistributionsAsync(
        GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken) =>
        Task.FromResult<RecentRows?>(null);
}
