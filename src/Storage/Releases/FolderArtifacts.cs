using Progeny.Abstractions.Common;

namespace Progeny.Storage.Releases;

/// <summary>Artifacts in a folder that all nodes share, as <see cref="FileArtifactStore"/> lays them out.</summary>
internal sealed class FolderArtifacts : ISharedArtifacts
{
    private readonly string _root;
    private readonly FileArtifactStore _files;

    public FolderArtifacts(string root)
    {
        _root = root;
        _files = new FileArtifactStore(root, DateTimeOffset.MinValue);
    }

    public Task PutAsync(string path, string digest, CancellationToken cancellationToken) => WithFolderAsync(async () =>
    {
        await using var file = ArtifactFile.Open(path, digest);
        return await _files.PutAsync(file, long.MaxValue, cancellationToken);
    });

    public Task ReadAsync(string digest, FileStream destination, CancellationToken cancellationToken) => WithFolderAsync(async () =>
    {
        await using var file = await _files.OpenAsync(digest, cancellationToken);
        await file.CopyToAsync(destination, cancellationToken);
        return true;
    });

    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) =>
        WithFolderAsync(() => _files.ExistsAsync(digest, cancellationToken));

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        WithFolderAsync(() => Task.FromResult(_files.List()));

    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken) =>
        WithFolderAsync(() => _files.RemoveAsync(digest, before, cancellationToken));

    public Task<string> StageAsync(string path, string digest, CancellationToken cancellationToken) => WithFolderAsync(async () =>
    {
        await using var file = ArtifactFile.Open(path, digest);
        return await _files.StageAsync(file, long.MaxValue, cancellationToken);
    });

    public Task ReadStagedAsync(string ticket, FileStream destination, CancellationToken cancellationToken) => WithFolderAsync(async () =>
    {
        await using var file = await _files.OpenStagedAsync(ticket, cancellationToken);
        await file.CopyToAsync(destination, cancellationToken);
        return true;
    });

    public Task KeepAsync(string ticket, CancellationToken cancellationToken) =>
        WithFolderAsync(() => _files.KeepAsync(ticket, cancellationToken));

    public Task DropAsync(string ticket, CancellationToken cancellationToken) => WithFolderAsync(async () =>
    {
        await _files.DropAsync(ticket, cancellationToken);
        return true;
    });

    public Task RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken) => WithFolderAsync(() =>
    {
        _files.RemoveAbandoned(before);
        return Task.FromResult(true);
    });

    // A folder that is not mounted looks like an empty one: nothing in it is missing, the folder is.
    private async Task<T> WithFolderAsync<T>(Func<Task<T>> work)
    {
        if (!Directory.Exists(Path.Combine(_root, "tmp")))
            throw new StorageUnavailableException($"The folder of the artifacts, {_root}, is not there now.");
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(
                $"The folder of the artifacts, {_root}, cannot be used now: {exception.Message}", exception);
        }
    }
}
