using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Progeny.Core.Releases.Packages;

/// <summary>What writer and reader share: entries' modes, and inflating with limits.</summary>
internal static class PackageZip
{
    /// <summary>rw-r--r--, and with execution rwxr-xr-x.</summary>
    public const UnixFileMode PlainMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode ExecutableMode = PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const int KindMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int BufferBytes = 1 << 16;

    public static UnixFileMode ModeOf(ZipArchiveEntry entry) =>
        ((UnixFileMode)(entry.ExternalAttributes >> 16)).HasFlag(UnixFileMode.UserExecute) ? ExecutableMode : PlainMode;

    public static int ToAttributes(UnixFileMode mode) => (RegularFile | (int)mode) << 16;

    /// <summary>Whether the entry is the entry of a folder, which zip programs add and which holds nothing.</summary>
    public static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/') && entry.Length == 0;

    /// <summary>
    /// Whether the entry is something else than a file: a link, a device, a folder. Zips made elsewhere than on Unix say nothing (0).
    /// </summary>
    public static bool IsSpecial(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & KindMask) is not (0 or RegularFile);

    /// <summary>Inflates an entry; limits apply to the bytes that come out, whatever the headers say.</summary>
    /// <param name="expected">The file of the index, whose size and digest must be met; null: any.</param>
    /// <param name="remaining">How many bytes the whole package may still take.</param>
    /// <returns>What was inflated: its path, size and digest.</returns>
    /// <exception cref="PackageException">A limit, a size or a digest is not met, or the data is damaged.</exception>
    public static async Task<PackageFile> CopyAsync(
        ZipArchiveEntry entry,
        PackageFile? expected,
        Stream output,
        PackageLimits limits,
        long remaining,
        CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var input = Guard(entry.FullName, entry.Open);
            long total = 0;
            while (await ReadAsync(entry.FullName, input, buffer, cancellationToken) is var count and > 0)
            {
                total += count;
                if (total > remaining)
                    throw new PackageException(
                        $"'{entry.FullName}' makes the package larger than {limits.MaxTotalBytes} bytes when inflated, the most allowed");
                if (total > limits.RatioFreeBytes && total / Math.Max(1, entry.CompressedLength) >= limits.MaxRatio)
                    throw new PackageException(
                        $"'{entry.FullName}' inflates to {limits.MaxRatio} times its size in the zip or more; less is allowed above "
                            + $"{limits.RatioFreeBytes} bytes");
                if (total > expected?.Bytes)
                    throw new PackageException($"'{entry.FullName}' is longer than the {expected.Bytes} bytes that the index names");
                hash.AppendData(buffer, 0, count);
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            if (expected is not null && total != expected.Bytes)
                throw new PackageException($"'{entry.FullName}' has {total} bytes; the index names {expected.Bytes}");
            var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (expected is not null && sha256 != expected.Sha256)
                throw new PackageException($"'{entry.FullName}' is not what the index says: its SHA-256 is another");
            return new PackageFile(entry.FullName, total, sha256);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Runs a call into the zip library, whose reading of damaged files ends in exceptions of many kinds.</summary>
    public static T Guard<T>(string what, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(what, exception);
        }
    }

    private static async Task<int> ReadAsync(string name, Stream input, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(name, exception);
        }
    }

    private static bool IsDamage(Exception exception) =>
        exception is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException
            or ObjectDisposedException;

    private static PackageException Damaged(string what, Exception exception) =>
        new($"'{what}' is damaged or not a zip that this version reads: {exception.Message}", exception);
}
