using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;

namespace Progeny.Core.Metrics;

/// <summary>
/// The perfdb: what generations did, as time series in the windows of <see cref="MetricsResolution.All"/>. Windows that are over are
/// removed little by little while new ones come.
/// </summary>
public interface IMetricsStore
{
    /// <summary>
    /// Adds summaries to their windows of every resolution in one transaction; they are on disk when the call returns. A summary that
    /// was stored before is left out, and one older than its window is kept counts only where it still is.
    /// </summary>
    Task StoreAsync(IReadOnlyList<GenerationSummary> summaries, CancellationToken cancellationToken);

    /// <summary>Of some summaries those that are not stored.</summary>
    Task<IReadOnlyList<Guid>> FindMissingAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken);

    /// <summary>The points at which something happened, by generation and time.</summary>
    /// <exception cref="ArgumentException">There is no resolution for the step.</exception>
    Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken);

    /// <summary>How features and predictions of a generation were spread between two times, in whole minutes, or in hours where those are gone.</summary>
    Task<Distributions> ReadDistributionsAsync(
        GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>How the newest rows of a generation were spread; null where none is known.</summary>
    /// <param name="rows">How many rows at least, where there are so many. What a silo reported at once, or within a minute where more than 50,000 are wanted, is not parted.</param>
    Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken);
}
