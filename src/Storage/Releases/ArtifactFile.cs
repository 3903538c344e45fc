using System.Buffers;
using System.Security.Cryptography;
using Progeny.Core.Releases;

namespace Progeny.Storage.Releases;

/// <summary>Artifacts in files: written, and read after a check of their contents.</summary>
internal static class ArtifactFile
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Writes a new file.</summary>
    /// <param name="isDurable">Whether it is on disk when the call returns.</param>
    /// <returns>The digest of the contents.</returns>
    /// <exception cref="ArtifactTooLargeException">The stream holds more than <paramref name="maxBytes"/>; the file holds a part of
    /// it.</exception>
    public static async Task<string> WriteAsync(
        string path, Stream contents, long maxBytes, bool isDurable, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var file = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            long length = 0;
            while (await contents.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken) is var read and > 0)
            {
                length += read;
                if (length > maxBytes)
                    throw new ArtifactTooLargeException(maxBytes);
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (isDurable)
                file.Flush(flushToDisk: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ArtifactMissingException">There is no such file.</exception>
    public static FileStream Open(string path, string name)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactMissingException(name);
        }
    }

    /// <summary>Whether the contents of an open file have this digest; the file stands at its begin afterwards.</summary>
    public static async Task<bool> MatchesAsync(FileStream file, string digest, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var actual = await SHA256.HashDataAsync(file, cancellationToken);
        file.Position = 0;
        return actual.AsSpan().SequenceEqual(Convert.FromHexString(digest));
    }
}
