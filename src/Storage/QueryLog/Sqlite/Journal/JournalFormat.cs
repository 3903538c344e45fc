using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Progeny.Storage.QueryLog.Sqlite.Journal;

/// <summary>The bytes of a segment of the journal.</summary>
/// <remarks>
/// A segment begins with <see cref="Magic"/>. Then come frames without gaps, in the order of their numbers:
/// <code>
/// frame:      length of the payload (4 bytes), CRC-32C of number and payload (4), number (8), payload
/// payload:    kind (1), id of an origin (4), then
///  origin:    JSON: the project, the generation, the layout and the retention of batches; valid up to the end of the segment
///  batch:     number of records (4), the records
/// </code>
/// Numbers only grow, over all segments: where the next frame is not whole, or its number does not exceed the one before, the segment ends.
/// What lies behind is an interrupted write, or what the file held before it was used again. Numbers are little-endian.
/// </remarks>
internal static class JournalFormat
{
    public const int HeaderBytes = 16;
    public const int PayloadHeaderBytes = 5;
    public const byte Origin = 1;
    public const byte Batch = 2;

    public static ReadOnlySpan<byte> Magic => "PROGJRN1"u8;

    /// <summary>Fills in the header of a frame whose payload is in place.</summary>
    public static void Seal(Span<byte> frame, long number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[8..]));
    }

    /// <summary>Reads the frame at the beginning of bytes.</summary>
    /// <param name="after">The number of the frame before.</param>
    /// <returns>False: there is none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> from, long after, out long number, out ReadOnlySpan<byte> payload)
    {
        number = 0;
        payload = default;
        if (from.Length < HeaderBytes + PayloadHeaderBytes)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(from);
        number = BinaryPrimitives.ReadInt64LittleEndian(from[8..]);
        if (length < PayloadHeaderBytes || length > from.Length - HeaderBytes || number <= after)
            return false;
        payload = from.Slice(HeaderBytes, length);
        return Checksum(from.Slice(8, HeaderBytes - 8 + length)) == BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var crc = uint.MaxValue;
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
