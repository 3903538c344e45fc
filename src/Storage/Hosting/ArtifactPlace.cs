using Npgsql;
using Progeny.Core.Releases;
using Progeny.Storage.Common;
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
    /// <param name="isData">Whether for the files of datasets; else for all other artifacts.</param>
    public static ArtifactPlace Of(ArtifactsOptions options, NpgsqlConnection connection, bool isData)
    {
        if (new ArtifactsOptionsValidator().Validate(null, options) is { Failed: true } wrong)
            throw new MoveException(string.Join(' ', wrong.Failures));
        var table = isData ? PostgresArtifacts.DataTable : PostgresArtifacts.Table;
        return options.Store switch
        {
            ArtifactsOptions.SharedFolder => Shared(
                new FolderArtifacts(isData ? ArtifactServices.DataFolderOf(options.Folder!) : options.Folder!)),
            ArtifactsOptions.S3 => Shared(new S3Artifacts(options, isData ? $"{ArtifactServices.Data}/" : "")),
            _ => new ArtifactPlace(
                (path, digest, token) => PostgresArtifacts.PutAsync(connection, table, path, digest, token),
                (digest, file, token) => PostgresArtifacts.ReadAsync(connection, table, digest, file, token),
                token => PostgresArtifacts.ListAsync(connection, table, token),
                owned: null),
        };
    }

    /// <summary>The places of both kinds of artifacts: what they are called, their folder of a node, and whether they are files of
    /// datasets.</summary>
    public static IReadOnlyList<(string Title, string Folder, bool IsData)> KindsOf(StorageOptions paths) =>
        [("artifacts", paths.ArtifactsPath, false), ("files of datasets", paths.DataArtifactsPath, true)];

    /// <summary>The artifacts of a node, of which none is removed.</summary>
    public static FileArtifactStore Open(string folder) => new(folder, DateTimeOffset.MinValue);

    /// <summary>Stores all artifacts of a node, and reads each again.</summary>
    /// <exception cref="ArtifactCorruptException">The contents of one are not those of its digest, on either side.</exception>
    public async Task PutAllAsync(string folder, MoveMeter meter, string title, CancellationToken cancellationToken)
    {
        var (files, temporaryFolder) = (Open(folder), Path.Combine(folder, "tmp"));
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

        meter.End(title, digests.Count);
    }

    /// <summary>Writes all artifacts to a node.</summary>
    /// <inheritdoc cref="PutAllAsync"/>
    public async Task ReadAllAsync(string folder, MoveMeter meter, string title, CancellationToken cancellationToken)
    {
        var (files, temporaryFolder) = (Open(folder), Path.Combine(folder, "tmp"));
        var digests = await list(cancellationToken);
        foreach (var digest in digests)
        {
            await using var copy = await CopyAsync(digest, temporaryFolder, cancellationToken);
            if (await files.PutAsync(copy, long.MaxValue, cancellationToken) != digest)
                throw new ArtifactCorruptException(digest);
            meter.Add(copy.Length);
        }

        meter.End(title, digests.Count);
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
