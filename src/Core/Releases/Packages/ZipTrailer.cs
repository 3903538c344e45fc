using System.Buffers.Binary;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases.Packages;

/// <summary>
/// The end-of-central-directory record of a zip (APPNOTE 4.3.16), checked before the archive is opened: the zip library reads the whole
/// directory into memory, so its size must be bounded first.
/// </summary>
internal static class ZipTrailer
{
    private const int Bytes = 22;
    private const uint Signature = 0x06054b50;

    // The fixed part of a directory entry, a path of the longest, and room for extra fields.
    private const int MaxDirectoryBytesPerEntry = 46 + (4 * PackagePath.MaxLength) + 512;

    /// <exception cref="PackageException">There is no such record, or it names more than is allowed.</exception>
    public static async Task CheckAsync(Stream zip, PackageLimits limits, CancellationToken cancellationToken)
    {
        var tail = new byte[Math.Min(zip.Length, Bytes + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        await zip.ReadExactlyAsync(tail, cancellationToken);
        var at = tail.Length - Bytes;
        while (at >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != Signature)
            at--;
        if (at < 0)
            throw new PackageException("this is not a zip, or its end is missing");
        Check(tail.AsSpan(at), zip.Length - tail.Length + at, limits);
        zip.Position = 0;
    }

    private static void Check(ReadOnlySpan<byte> record, long position, PackageLimits limits)
    {
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if (entries == ushort.MaxValue || offset == uint.MaxValue)
            throw new PackageException("the zip is in the format for more than 65,534 entries or 4 GiB (zip64), which no package needs");

        // One more for the index, which is no file of the project.
        var most = limits.MaxEntries + 1;
        if (entries > most)
            throw new PackageException($"the zip has {entries} entries; at most {most} are allowed, the index included");
        if (position - offset > (long)most * MaxDirectoryBytesPerEntry)
            throw new PackageException($"the zip's directory takes {position - offset} bytes, more than {most} entries need");
    }
}
