using Progeny.Core.Releases;

namespace Progeny.Storage.Releases;

/// <summary>An artifact store in a temporary folder of its own, which is deleted with everything in it on disposal.</summary>
public sealed class VolatileArtifactStore : IArtifactStore, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-artifacts-");
    private readonly FileArtifactStore files;

    public VolatileArtifactStore(TimeProvider time) => files = new FileArtifactStore(folder.FullName, time);

    /// <inheritdoc/>
    public Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        files.PutAsync(contents, maxBytes, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken) => files.OpenAsync(digest, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) => files.ExistsAsync(digest, cancellationToken);

    /// <inheritdoc/>
    public Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken) =>
        files.StageAsync(contents, maxBytes, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken) =>
        files.OpenStagedAsync(ticket, cancellationToken);

    /// <inheritdoc/>
    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken) => files.KeepAsync(ticket, cancellationToken);

    /// <inheritdoc/>
    public Task DropAsync(string ticket, CancellationToken cancellationToken) => files.DropAsync(ticket, cancellationToken);

    public void Dispose()
    {
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
    }
}
