using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tracking.Traces;

/// <summary>The traces of the tracking API.</summary>
public interface ITraceStore
{
    /// <summary>Stores a trace; one of the same id is replaced.</summary>
    /// <exception cref="TrackingException">The experiment does not exist.</exception>
    Task PutAsync(TraceInfo trace, CancellationToken cancellationToken);

    /// <summary>A trace; null: there is none.</summary>
    Task<TraceInfo?> FindAsync(string traceId, CancellationToken cancellationToken);

    /// <summary>Sets a tag, or with null removes it.</summary>
    /// <exception cref="TrackingException">There is no such trace, or no such tag to remove.</exception>
    Task SetTagAsync(string traceId, string key, string? value, CancellationToken cancellationToken);

    /// <summary>Deletes traces of an experiment: those that are named, or the oldest up to a time.</summary>
    /// <returns>How many.</returns>
    Task<int> DeleteAsync(
        long experiment, IReadOnlyList<string>? ids, long? until, int? most, CancellationToken cancellationToken);

    /// <summary>Finds traces; the usual order is the newest first.</summary>
    Task<TrackingPage<TraceInfo>> SearchAsync(SearchRequest request, CancellationToken cancellationToken);
}
