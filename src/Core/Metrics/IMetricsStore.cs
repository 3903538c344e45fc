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
    /// Adds a summary to its windows of every resolution, and moves on the cursor of its source and generation, in one transaction. It is
    /// on disk when the call returns. A summary that does not begin at the cursor is left out. A window that is not kept any more counts
    /// for the coarser resolutions only.
    /// </summary>
    /// <returns>The cursor now: the number up to which the source is counted for the generation.</returns>
    Task<long> StoreAsync(GenerationSummary summary, CancellationToken cancellationToken);

    /// <summary>The cursors of a source, by generation.</summary>
    Task<IReadOnlyDictionary<GenerationReference, long>> ReadCursorsAsync(Guid source, CancellationToken cancellationToken);

    /// <summary>The points at which something happened, by generation and time.</summary>
    /// <exception cref="ArgumentException">There is no resolution for the step.</exception>
    Task<IReadOnlyList<MetricsPoint>> ReadAsync(MetricsQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// How features and predictions of a generation were spread between two times, in whole minutes, or in hours where those are gone.
    /// </summary>
    Task<Distributions> ReadDistributionsAsync(
        GenerationReference generation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>How the newest rows of a generation were spread; null where none is known.</summary>
    /// <param name="rows">How many rows at least, where there are so many. What a silo reported at once, or within a minute where more than
    /// 50,000 are wanted, is not parted.</param>
    Task<RecentRows?> ReadRecentAsync(GenerationReference generation, long rows, CancellationToken cancellationToken);
}
