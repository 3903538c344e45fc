using Progeny.Core.Tracking.Search;

namespace Progeny.Core.Tracking.Models;

/// <summary>The model registry. Each method throws a <see cref="TrackingException"/> for a model or version that does not exist.</summary>
public interface IModelRegistry
{
    /// <summary>Creates a registered model.</summary>
    /// <exception cref="TrackingException">There is one of the name.</exception>
    Task<RegisteredModel> CreateAsync(
        string name, string? description, IReadOnlyList<TrackingTag> tags, CancellationToken cancellationToken);

    /// <summary>A registered model.</summary>
    Task<RegisteredModel> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Renames a registered model.</summary>
    /// <exception cref="TrackingException">Another one has the name.</exception>
    Task<RegisteredModel> RenameAsync(string name, string newName, CancellationToken cancellationToken);

    /// <summary>Sets the description of a registered model.</summary>
    Task<RegisteredModel> DescribeAsync(string name, string? description, CancellationToken cancellationToken);

    /// <summary>Deletes a registered model with its versions.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Sets a tag of a registered model, or with null removes it.</summary>
    Task SetTagAsync(string name, string key, string? value, CancellationToken cancellationToken);

    /// <summary>Sets an alias, or with null removes it.</summary>
    Task SetAliasAsync(string name, string alias, int? version, CancellationToken cancellationToken);

    /// <summary>Finds registered models; the usual order is by name.</summary>
    /// <param name="names">The only names that may be found; null: all.</param>
    Task<TrackingPage<RegisteredModel>> SearchAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken);

    /// <summary>Creates a version.</summary>
    Task<ModelVersion> CreateVersionAsync(NewModelVersion version, CancellationToken cancellationToken);

    /// <summary>A version.</summary>
    Task<ModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken);

    /// <summary>The version that an alias names.</summary>
    Task<ModelVersion> GetByAliasAsync(string name, string alias, CancellationToken cancellationToken);

    /// <summary>Where the files of a version are.</summary>
    Task<string> GetLocationAsync(string name, int version, CancellationToken cancellationToken);

    /// <summary>Sets the description of a version.</summary>
    Task<ModelVersion> DescribeVersionAsync(string name, int version, string? description, CancellationToken cancellationToken);

    /// <summary>Moves a version to a stage.</summary>
    /// <param name="archive">Whether versions in that stage are archived.</param>
    Task<ModelVersion> MoveAsync(string name, int version, string stage, bool archive, CancellationToken cancellationToken);

    /// <summary>Deletes a version.</summary>
    Task DeleteVersionAsync(string name, int version, CancellationToken cancellationToken);

    /// <summary>Sets a tag of a version, or with null removes it.</summary>
    Task SetVersionTagAsync(string name, int version, string key, string? value, CancellationToken cancellationToken);

    /// <summary>Finds versions; the usual order is by name and number, the newest first.</summary>
    /// <param name="names">The only names that may be found; null: all.</param>
    Task<TrackingPage<ModelVersion>> SearchVersionsAsync(
        SearchRequest request, IReadOnlyCollection<string>? names, CancellationToken cancellationToken);
}
