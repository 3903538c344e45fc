using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tracking;

/// <summary>The experiments of the tracking API.</summary>
public interface IExperimentStore
{
    /// <summary>Creates an experiment and returns its id.</summary>
    /// <param name="artifactLocation">Where artifacts of its runs are; null: in the node's artifact store.</param>
    /// <exception cref="TrackingException">There is one of the name.</exception>
    Task<long> CreateAsync(
        string name, string? artifactLocation, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken);

    /// <summary>An experiment by its id, also a deleted one; null: there is none.</summary>
    Task<Experiment?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>An experiment by its name, also a deleted one; null: there is none.</summary>
    Task<Experiment?> FindByNameAsync(string name, CancellationToken cancellationToken);

    /// <summary>Renames an active experiment.</summary>
    /// <exception cref="TrackingException">It does not exist, is deleted, or another one has the name.</exception>
    Task RenameAsync(long id, string name, CancellationToken cancellationToken);

    /// <summary>Deletes an experiment with its runs, or restores it with them.</summary>
    /// <exception cref="TrackingException">It does not exist, or is in that stage already.</exception>
    Task SetStageAsync(long id, string stage, CancellationToken cancellationToken);

    /// <summary>Sets a tag, or with null removes it.</summary>
    /// <exception cref="TrackingException">The experiment does not exist or is deleted, or there is no such tag to remove.</exception>
    Task SetTagAsync(long id, string key, string? value, CancellationToken cancellationToken);

    /// <summary>Finds experiments.</summary>
    /// <param name="names">The only names that may be found; null: all.</param>
    Task<TrackingPage<Experiment>> SearchAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken);
}
