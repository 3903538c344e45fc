namespace Progeny.Core.Releases;

/// <summary>
/// The blobs of datasets and of batch applies, apart from those of releases and generations. One that no dataset and no job uses is
/// removed, whatever else has the same contents.
/// </summary>
public interface IDataArtifactStore : IArtifactStore
{
    /// <summary>The digests of all blobs.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes a blob that was stored last before a time.</summary>
    /// <returns>False: it was stored since, or there is none.</returns>
    Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken);
}
