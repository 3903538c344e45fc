using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Runs;

namespace Progeny.Storage.Tracking;

/// <summary>The database of experiment tracking: the one way to use it, and how a batch of a run is written.</summary>
public abstract class TrackingDatabase
{
    internal abstract TrackingDialect Dialect { get; }

    /// <summary>Runs statements that change nothing, over a snapshot where the database has one.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs statements in one transaction, which is on disk when the call returns.</summary>
    internal abstract Task<T> WriteAsync<T>(Func<TrackingSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Writes what is logged to a run; it is on disk when the call returns.</summary>
    /// <param name="batch">Parameters, tags, and metrics that are about a logged model.</param>
    /// <param name="metrics">All metrics, by their keys.</param>
    /// <returns>Why nothing was written; null: all was.</returns>
    internal abstract Task<TrackingException?> LogAsync(
        RunBatch batch, IReadOnlyList<MetricPoints> metrics, CancellationToken cancellationToken);

    /// <summary>The same for statements without a result.</summary>
    internal Task WriteAsync(Func<TrackingSession, Task> work, CancellationToken cancellationToken) => WriteAsync(
        async session =>
        {
            await work(session);
            return true;
        },
        cancellationToken);
}
