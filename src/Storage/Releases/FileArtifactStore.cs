using Progeny.Core.Releases;
using Progeny.Storage.Common;

namespace Progeny.Storage.Releases;

/// <summary>
/// Artifacts as files named by their SHA-256: <c>ab/cdef…</c> below a root folder. A file appears under its name only when all of
/// it is on disk, so a name never stands for half an artifact, whatever dies when.
/// </summary>
public sealed class FileArtifactStore : IDataArtifactStore
{
    // Old enough that no writer can still be at it.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string root;
    private readonly string temporary;
    private readonly Lock names = new();

    /// <summary>
    /// Opens a store, creating its folder where there is none, and removes what writers that died left behind over an hour ago.
    /// </summary>
    public FileArtifactStore(string root, TimeProvider time)
        : this(root, time.GetUtcNow() - LeftoverAge)
    {
    }

    /// <summary>
    /// Opens a store, creating its folder where there is none, and removes what was staged before a time and is there still.
    /// </summary>
    internal FileArtifactStore(string root, DateTimeOffset abandonedBefore)
    {
        this.root = Path.GetFullPath(root);
        temporary = Path.Combine(this.root, "tmp");
        Directory.CreateDirectory(temporary);
        RemoveAbandoned(abandonedBefore);
    }

    /// <inheritdoc/>
    public async Task<string> PutAsync(Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        var ticket = await StageAsync(contents, maxBytes, cancellationToken);
        try
        {
            return await KeepAsync(ticket, cancellationToken);
        }
        finally
        {
            File.Delete(PathOfStaged(ticket));
        }
    }

    /// <inheritdoc/>
    public async Task<string> StageAsync(Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var path = Path.Combine(temporary, Guid.NewGuid().ToString("n"));
        try
        {
            var ticket = ArtifactNames.NewTicket(
                await ArtifactFile.WriteAsync(path, contents, maxBytes, isDurable: true, cancellationToken));
            File.Move(path, PathOfStaged(ticket));
            return ticket;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenStagedAsync(string ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(ArtifactFile.Open(PathOfStaged(ticket), ticket));
    }

    /// <inheritdoc/>
    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (path, digest) = (PathOfStaged(ticket), ArtifactNames.Ticket(ticket).Digest);
        if (!File.Exists(path))
            throw new ArtifactMissingException(ticket);
        Publish(path, digest);
        return Task.FromResult(digest);
    }

    /// <inheritdoc/>
    public Task DropAsync(string ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        File.Delete(PathOfStaged(ticket));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        var file = ArtifactFile.Open(PathOf(digest), digest);
        try
        {
            return await ArtifactFile.MatchesAsync(file, digest, cancellationToken) ? file : throw new ArtifactCorruptException(digest);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(File.Exists(PathOf(digest)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(List());

    /// <inheritdoc/>
    /// <remarks>
    /// The file is taken out of its name before its age is read. Where another process has stored it again in between, it goes back, all
    /// before that process could use it.
    /// </remarks>
    public Task<bool> RemoveAsync(string digest, DateTimeOffset before, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (path, aside) = (PathOf(digest), Path.Combine(temporary, Guid.NewGuid().ToString("n")));
        lock (names)
        {
            if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) >= before.UtcDateTime)
                return Task.FromResult(false);
            File.Move(path, aside);
            if (File.GetLastWriteTimeUtc(aside) < before.UtcDateTime)
            {
                File.Delete(aside);
                return Task.FromResult(true);
            }

            File.Move(aside, path, overwrite: true);
            return Task.FromResult(false);
        }
    }

    /// <summary>The digests of all artifacts.</summary>
    internal IReadOnlyList<string> List() =>
    [
        .. Directory.EnumerateDirectories(root).SelectMany(Directory.EnumerateFiles)
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)) + Path.GetFileName(path)).Where(ArtifactNames.IsDigest)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The file of an artifact, whether it is there or not.</summary>
    internal string PathOf(string digest)
    {
        var name = ArtifactNames.Digest(digest);
        return Path.Combine(root, name[..2], name[2..]);
    }

    /// <summary>Removes what was staged before a time and is there still, and what writers that died left behind.</summary>
    internal void RemoveAbandoned(DateTimeOffset before)
    {
        foreach (var path in Directory.EnumerateFiles(temporary))
        {
            if (File.GetLastWriteTimeUtc(path) < before.UtcDateTime)
                File.Delete(path);
        }
    }

    // Renames over a file that is there already: the contents are the same by their digest, and should the old file be damaged,
    // storing the artifact again repairs it.
    private void Publish(string path, string digest)
    {
        var target = PathOf(digest);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DiskSync.FlushFolder(root);
        }

        try
        {
            lock (names)
            {
                // What was staged long ago is stored now.
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                File.Move(path, target, overwrite: true);
            }
        }
        catch (FileNotFoundException)
        {
            throw new ArtifactMissingException(Path.GetFileName(path));
        }

        DiskSync.FlushFolder(folder);
    }

    private string PathOfStaged(string ticket)
    {
        _ = ArtifactNames.Ticket(ticket);
        return Path.Combine(temporary, ticket);
    }
}
