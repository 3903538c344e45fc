using System.Buffers;
using System.Numerics;
using System.Text;

namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>
/// A writer of protobuf fields. A message inside another has its size in front: <see cref="SizeOfVarint"/> and the like give it.
/// </summary>
internal static class WireWriter
{
    private const int MaxVarintBytes = 10;

    /// <summary>The number of bytes of a number.</summary>
    public static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>The number of bytes of a field of bytes, its tag and length included; the field's number is at most 15.</summary>
    public static long SizeOfBytes(long length) => 1 + SizeOfVarint((ulong)length) + length;

    /// <summary>The number of bytes of a field of text.</summary>
    public static long SizeOfText(string text) => SizeOfBytes(Encoding.UTF8.GetByteCount(text));

    /// <summary>Writes a number.</summary>
    public static void WriteVarint(this IBufferWriter<byte> writer, ulong value)
    {
        var span = writer.GetSpan(MaxVarintBytes);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        writer.Advance(count);
    }

    /// <summary>Writes what comes before the value of a field of bytes, a text or a message.</summary>
    public static void WriteLength(this IBufferWriter<byte> writer, int field, long length)
    {
        writer.WriteVarint(((ulong)field << 3) | (uint)WireType.Bytes);
        writer.WriteVarint((ulong)length);
    }

    /// <summary>Writes a field of bytes.</summary>
    public static void WriteBytes(this IBufferWriter<byte> writer, int field, ReadOnlySpan<byte> bytes)
    {
        writer.WriteLength(field, bytes.Length);
        writer.Write(bytes);
    }

    /// <summary>Writes a field of text.</summary>
    public static void WriteText(this IBufferWriter<byte> writer, int field, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        writer.WriteLength(field, count);
        writer.Advance(Encoding.UTF8.GetBytes(text, writer.GetSpan(count)));
    }
}
