using System.Buffers;
using System.Security.Cryptography;
using Progeny.Core.Releases;
using Progeny.Storage.Common;

namespace Progeny.Storage.Releases;

/// <summary>
/// Artifacts as files named by their SHA-256: <c>ab/cdef…</c> below a root folder. A file appears under its name only when all of
/// it is on disk, so a name never stands for half an artifact, whatever dies when.
/// </summary>
public sealed class FileArtifactStore : IArtifactStore
{
    private const int BufferSize = 128 * 1024;
    private const int DigestLength = 2 * SHA256.HashSizeInBytes;

    // Old enough that no writer can still be at it: the store may be shared by nodes.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string root;
    private readonly string temporary;

    /// <summary>Opens a store, creating its folder where there is none, and removes what writers that died left behind over an hour ago.</summary>
    public FileArtifactStore(string root, TimeProvider time)
    {
        this.root = Path.GetFullPath(root);
        temporary = Path.Combine(this.root, "tmp");
        Directory.CreateDirectory(temporary);
        RemoveLeftovers(time.GetUtcNow() - LeftoverAge);
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
            // The ticket carries the digest, so that who keeps it need not read it again.
            var ticket = $"{Path.GetFileName(path)}.{await WriteAsync(path, contents, maxBytes, cancellationToken)}";
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
        return Task.FromResult<Stream>(OpenFile(PathOfStaged(ticket), ticket));
    }

    /// <inheritdoc/>
    public Task<string> KeepAsync(string ticket, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (path, digest) = (PathOfStaged(ticket), DigestOf(ticket));
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
        var path = PathOf(digest);
        var file = OpenFile(path, digest);
        try
        {
            var actual = await SHA256.HashDataAsync(file, cancellationToken);
            if (!actual.AsSpan().SequenceEqual(Convert.FromHexString(digest)))
                throw new ArtifactCorruptException(digest);
            file.Position = 0;
            return file;
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

    private static async Task<string> WriteAsync(string path, Stream contents, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            long length = 0;
            while (await contents.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken) is var read and > 0)
            {
                length += read;
                if (length > maxBytes)
                    throw new ArtifactTooLargeException(maxBytes);
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            file.Flush(flushToDisk: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
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

        File.Move(path, target, overwrite: true);
        DiskSync.FlushFolder(folder);
    }

    private static FileStream OpenFile(string path, string digest)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactMissingException(digest);
        }
    }

    private string PathOfStaged(string ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return ticket.Split('.') is [{ Length: 32 } name, { Length: DigestLength } digest] && name.All(char.IsAsciiHexDigit) && digest.All(char.IsAsciiHexDigit)
            ? Path.Combine(temporary, ticket)
            : throw new ArgumentException($"'{ticket}' is no ticket of a staged artifact.", nameof(ticket));
    }

    private static string DigestOf(string ticket) => ticket[(ticket.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private string PathOf(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        if (digest.Length != DigestLength || !digest.All(char.IsAsciiHexDigit))
        {
            throw new ArgumentException(
                $"'{digest}' is no digest of an artifact; a digest is the SHA-256 of its contents, {DigestLength} hexadecimal digits.", nameof(digest));
        }

        var name = digest.ToLowerInvariant();
        return Path.Combine(root, name[..2], name[2..]);
    }

    private void RemoveLeftovers(DateTimeOffset before)
    {
        foreach (var path in Directory.EnumerateFiles(temporary))
        {
            if (File.GetLastWriteTimeUtc(path) < before.UtcDateTime)
                File.Delete(path);
        }
    }
}
