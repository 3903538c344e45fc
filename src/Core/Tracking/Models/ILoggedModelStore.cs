using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tracking.Models;

/// <summary>The logged models of the tracking API. A model that is not found is one that does not exist, or was deleted.</summary>
public interface ILoggedModelStore
{
    /// <summary>Creates a logged model, whose files are yet to be sent.</summary>
    /// <exception cref="TrackingException">The experiment does not exist or is deleted.</exception>
    Task<LoggedModel> CreateAsync(NewLoggedModel model, CancellationToken cancellationToken);

    /// <summary>A logged model; null: there is none.</summary>
    Task<LoggedModel?> FindAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>Sets the state of a model.</summary>
    /// <exception cref="TrackingException">It does not exist.</exception>
    Task<LoggedModel> SetStatusAsync(string modelId, string status, CancellationToken cancellationToken);

    /// <summary>Deletes a model.</summary>
    /// <exception cref="TrackingException">It does not exist.</exception>
    Task DeleteAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>Sets tags.</summary>
    /// <exception cref="TrackingException">The model does not exist.</exception>
    Task SetTagsAsync(string modelId, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken);

    /// <summary>Removes a tag.</summary>
    /// <exception cref="TrackingException">The model does not exist, or has no such tag.</exception>
    Task DeleteTagAsync(string modelId, string key, CancellationToken cancellationToken);

    /// <summary>Adds parameters.</summary>
    /// <exception cref="TrackingException">The model does not exist, or has one of them with another value.</exception>
    Task LogParamsAsync(string modelId, IReadOnlyList<TrackingTag> parameters, CancellationToken cancellationToken);

    /// <summary>Finds models; the usual order is the newest first.</summary>
    Task<TrackingPage<LoggedModel>> SearchAsync(
        SearchRequest request, IReadOnlyList<DatasetReference> datasets, CancellationToken cancellationToken);
}
