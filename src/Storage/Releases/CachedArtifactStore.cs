using Progeny.Core.Releases;

namespace Progeny.Storage.Releases;

/// <summary>
/// The artifacts of a cluster as one of its nodes sees them. What comes in is written to a file first, so that its digest is known and
/// sending it can be repeated; what goes out is read from the node's cache.
/// </summary>
internal sealed class CachedArtifactStore(ISharedArtifacts shared, ArtifactCache cache) : IDataArtifactStore
{
    public async Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var path = TemporaryPath();
        try
        {
            var digest = await ArtifactFile.WriteAsync(path, contents, maxBytes, isDurable: false, cancellationToken);
            await shared.PutAsync(path, digest, cancellationToken);
            cache.Add(path, digest);
            return digest;
        }
        finally
        {
            File.Delete(path);
        }
    }

    public Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        var name = ArtifactNames.Digest(digest);
        return cache.OpenAsync(name, (file, token) => shared.ReadAsync(name, file, token), cancellationToken);
    }

    public async Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = ArtifactNames.Digest(digest);
        return cache.Contains(name) || await shared.ExistsAsync(name, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => shared.ListAsync(cancellationToken);

    public async Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var name = ArtifactNames.Digest(digest);
        if (!await shared.RemoveAsync(name, before, cancellationToken))
            return false;
        cache.Forget(name);
        return true;
    }

    public async Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var path = TemporaryPath();
        try
        {
            var digest = await ArtifactFile.WriteAsync(path, contents, maxBytes, isDurable: false, cancellationToken);
            return await shared.StageAsync(path, digest, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public async Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken)
    {
        var digest = ArtifactNames.Ticket(ticket).Digest;
        var file = new FileStream(
            TemporaryPath(),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        try
        {
            await shared.ReadStagedAsync(ticket, file, cancellationToken);
            return await ArtifactFile.MatchesAsync(file, digest, cancellationToken) ? file : throw new ArtifactCorruptException(digest);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task<string> KeepAsync(string ticket, CancellationToken cancellationToken)
    {
        var digest = ArtifactNames.Ticket(ticket).Digest;
        await shared.KeepAsync(ticket, cancellationToken);
        return digest;
    }

    public Task DropAsync(string ticket, CancellationToken cancellationToken)
    {
        _ = ArtifactNames.Ticket(ticket);
        return shared.DropAsync(ticket, cancellationToken);
    }

    private string TemporaryPath() => Path.Combine(cache.TemporaryFolder, Guid.NewGuid().ToString("n"));
}
