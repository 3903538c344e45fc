namespace Progeny.Core.Releases;

/// <summary>What a room uses of the <see cref="IDataArtifactStore"/>.</summary>
public interface IDataArtifactUses
{
    /// <summary>
    /// The digests of all blobs that are used now. A digest is used from then on only where it is used already, or where its blob is
    /// stored again.
    /// </summary>
    Task<IReadOnlyCollection<string>> ListUsedAsync(CancellationToken cancellationToken);
}
