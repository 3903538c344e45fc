namespace Progeny.Core.Tracking;

/// <summary>Which artifact of a run or a model is which blob of the artifact store.</summary>
public interface IArtifactIndex
{
    /// <summary>Notes an artifact; one of the same path is replaced.</summary>
    Task PutAsync(string path, string digest, long bytes, CancellationToken cancellationToken);

    /// <summary>The digest and size of an artifact; null: there is none.</summary>
    Task<(string Digest, long Bytes)?> FindAsync(string path, CancellationToken cancellationToken);

    /// <summary>The files and folders directly in a folder, by name.</summary>
    Task<IReadOnlyList<ArtifactEntry>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Removes an artifact, or a folder with all in it.</summary>
    /// <returns>How many files were removed.</returns>
    Task<int> DeleteAsync(string path, CancellationToken cancellationToken);
}
