namespace Progeny.Core.Releases;

/// <summary>Immutable blobs (packages, models, states, logs) by the SHA-256 of their contents.</summary>
public interface IArtifactStore
{
    /// <summary>
    /// Stores a stream and returns its digest: 64 lower-case hexadecimal digits. Storing the same contents again is no error.
    /// </summary>
    /// <exception cref="ArtifactTooLargeException">The stream holds more than <paramref name="maxBytes"/>; nothing is kept.</exception>
    Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading; its contents have passed the hash check when the stream is returned.</summary>
    /// <exception cref="ArtifactMissingException">There is no such blob.</exception>
    /// <exception cref="ArtifactCorruptException">The contents do not match the digest.</exception>
    Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken);

    Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken);

    /// <summary>
    /// Takes in a stream that becomes a blob only when it is kept, and returns the ticket by which it is known until then.
    /// </summary>
    /// <exception cref="ArtifactTooLargeException">The stream holds more than <paramref name="maxBytes"/>; nothing is left.</exception>
    Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Opens what was staged for reading.</summary>
    /// <exception cref="ArtifactMissingException">It was kept or dropped, or never staged.</exception>
    Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken);

    /// <summary>Makes what was staged a blob, and returns its digest.</summary>
    /// <exception cref="ArtifactMissingException">It was kept or dropped, or never staged.</exception>
    Task<string> KeepAsync(string ticket, CancellationToken cancellationToken);

    /// <summary>Removes what was staged; what was kept or dropped before is no error.</summary>
    Task DropAsync(string ticket, CancellationToken cancellationToken);
}
