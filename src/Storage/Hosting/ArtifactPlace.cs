using Npgsql;
using Progeny.Core.Releases;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Hosting;

/// <summary>
/// Where a cluster keeps its artifacts, as a move uses it: those in its database by the connection, and in the transaction, of the move.
/// </summary>
internal sealed class ArtifactPlace(
    Func<string, string, CancellationToken, Task> put,
    Func<string, FileStream, CancellationToken, Task> read,
    Func<CancellationToken, Task<IReadOnlyList<string>>> list,
    IDisposable? owned)
    : IDisposable
{
    /// <summary>The place that settings name.</summary>
    /// <exception cref="MoveException">They name none.</exception>
    public static ArtifactPlace Of(ArtifactsOptions options, NpgsqlConnection connection)
    {
        if (new ArtifactsOptionsValidator().Validate(null, options) is { Failed: true } wrong)
            throw new MoveException(string.Join(' ', wrong.Failures));
        return options.Store switch
        {
            ArtifactsOptions.SharedFolder => Shared(new FolderArtifacts(options.Folder!)),
            ArtifactsOptions.S3 => Shared(new S3Artifacts(options)),
            _ => new ArtifactPlace(
                (path, digest, token) => PostgresArtifacts.PutAsync(connection, path, digest, token),
                (digest, file, token) => PostgresArtifacts.ReadAsync(connection, digest, file, token),
                token => PostgresArtifacts.ListAsync(connection, token),
                owned: null),
        };
    }

    /// <summary>Stores all artifacts of a node, and reads each again.</summary>
    /// <exception cref="ArtifactCorruptException">The contents of one are not those of its digest, on either side.</exception>
    public async Task PutAllAsync(FileArtifactStore files, string temporaryFolder, MoveMeter meter, CancellationToken cancellationToken)
    {
        var digests = files.List();
        foreach (var digest in digests)
        {
            await using (await files.OpenAsync(digest, cancellationToken))
            {
                // Opened, its contents are checked.
            }

            await put(files.PathOf(digest), digest, cancellationToken);
            await using var copy = await CopyAsync(digest, temporaryFolder, cancellationToken);
            meter.Add(copy.Length);
        }

        meter.End("artifacts", digests.Count);
    }

    /// <summary>Writes all artifacts to a node.</summary>
    /// <inheritdoc cref="PutAllAsync"/>
    public async Task ReadAllAsync(FileArtifactStore files, string temporaryFolder, MoveMeter meter, CancellationToken cancellationToken)
    {
        var digests = await list(cancellationToken);
        foreach (var digest in digests)
        {
            await using var copy = await CopyAsync(digest, temporaryFolder, cancellationToken);
            if (await files.PutAsync(copy, long.MaxValue, cancellationToken) != digest)
                throw new ArtifactCorruptException(digest);
            meter.Add(copy.Length);
        }

        meter.End("artifacts", digests.Count);
        if (files.List().Count != digests.Count)
            throw new MoveException($"The cluster has {digests.Count} artifacts, and the new folder {files.List().Count}.");
    }

    public void Dispose() => owned?.Dispose();

    private static ArtifactPlace Shared(ISharedArtifacts shared) =>
        new(shared.PutAsync, shared.ReadAsync, shared.ListAsync, shared as IDisposable);

    private async Task<FileStream> CopyAsync(string digest, string folder, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            Path.Combine(folder, Guid.NewGuid().ToString("n")),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        try
        {
            await read(digest, file, cancellationToken);
            return await ArtifactFile.MatchesAsync(file, digest, cancellationToken) ? file : throw new ArtifactCorruptException(digest);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
