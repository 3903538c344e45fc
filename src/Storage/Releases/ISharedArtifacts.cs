using Progeny.Abstractions.Common;
using Progeny.Core.Releases;

namespace Progeny.Storage.Releases;

/// <summary>
/// Where all nodes of a cluster keep their artifacts. What comes in and goes out is a file of the node; nobody but
/// <see cref="CachedArtifactStore"/> checks contents. Every member may throw a <see cref="StorageUnavailableException"/>, or an
/// <see cref="IOException"/> where waiting does not help.
/// </summary>
public interface ISharedArtifacts
{
    /// <summary>
    /// Stores a file under its digest, all of it or nothing; it replaces one that is there, whose contents are the same or damaged.
    /// </summary>
    Task PutAsync(string path, string digest, CancellationToken cancellationToken);

    /// <summary>Writes an artifact to an empty file.</summary>
    /// <exception cref="ArtifactMissingException">There is no such artifact.</exception>
    Task ReadAsync(string digest, FileStream destination, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken);

    /// <summary>The digests of all artifacts.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes an artifact that was stored last before a time.</summary>
    /// <returns>False: it was stored since, or there is none.</returns>
    Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Stages a file, and returns the ticket by which every node knows it.</summary>
    Task<string> StageAsync(string path, string digest, CancellationToken cancellationToken);

    /// <summary>Writes what was staged to an empty file.</summary>
    /// <exception cref="ArtifactMissingException">It was kept or dropped, or never staged.</exception>
    Task ReadStagedAsync(string ticket, FileStream destination, CancellationToken cancellationToken);

    /// <summary>Makes what was staged an artifact.</summary>
    /// <exception cref="ArtifactMissingException">It was kept or dropped, or never staged.</exception>
    Task KeepAsync(string ticket, CancellationToken cancellationToken);

    /// <summary>Removes what was staged; what was kept or dropped before is no error.</summary>
    Task DropAsync(string ticket, CancellationToken cancellationToken);

    /// <summary>Removes what was staged before a time and neither kept nor dropped since, and uploads that were broken off.</summary>
    Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
