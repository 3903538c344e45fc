using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tracking.Runs;

/// <summary>The runs of the tracking API. What a call has written is on disk when it returns.</summary>
public interface IRunStore
{
    /// <summary>Creates a run.</summary>
    /// <exception cref="TrackingException">The experiment does not exist or is deleted.</exception>
    Task<TrackedRun> CreateAsync(NewRun run, CancellationToken cancellationToken);

    /// <summary>A run with all that was logged to it, also a deleted one; null: there is none.</summary>
    Task<TrackedRun?> FindAsync(string runId, CancellationToken cancellationToken);

    /// <summary>The experiment of a run; null: there is no such run.</summary>
    Task<long?> FindExperimentAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Changes an active run.</summary>
    /// <exception cref="TrackingException">It does not exist, or is deleted.</exception>
    Task<RunInfo> UpdateAsync(RunUpdate update, CancellationToken cancellationToken);

    /// <summary>Deletes or restores a run; one that is in that stage already stays there.</summary>
    /// <exception cref="TrackingException">It does not exist.</exception>
    Task SetStageAsync(string runId, string stage, CancellationToken cancellationToken);

    /// <summary>Logs metrics, parameters and tags: all of them or, where one is refused, none.</summary>
    /// <exception cref="TrackingException">
    /// The run does not exist or is deleted, or a parameter was logged before with another value.
    /// </exception>
    Task LogAsync(RunBatch batch, CancellationToken cancellationToken);

    /// <summary>Removes a tag.</summary>
    /// <exception cref="TrackingException">The run does not exist or is deleted, or has no such tag.</exception>
    Task DeleteTagAsync(string runId, string key, CancellationToken cancellationToken);

    /// <summary>Notes what a run read and made. What was noted before stays once.</summary>
    /// <exception cref="TrackingException">The run does not exist or is deleted.</exception>
    Task LogLinksAsync(
        string runId, IReadOnlyList<DatasetInput> datasets, IReadOnlyList<RunModel> models, CancellationToken cancellationToken);

    /// <summary>All values of a metric, by timestamp, step and value; the same point is there once.</summary>
    /// <exception cref="TrackingException">The run does not exist.</exception>
    Task<IReadOnlyList<MetricPoint>> ReadHistoryAsync(string runId, string key, CancellationToken cancellationToken);

    /// <summary>Finds runs; the usual order is the newest first.</summary>
    Task<TrackingPage<TrackedRun>> SearchAsync(SearchRequest request, CancellationToken cancellationToken);
}
