namespace Progeny.Core.Metrics;

/// <summary>Numbers of variable length: 7 bits a byte, the low ones first, the high bit set on all bytes but the last (LEB128).</summary>
internal static class VariableLength
{
    public const int MostBytes = 10;

    private const int BitsPerByte = 7;
    private const byte More = 0x80;

    public static void Write(List<byte> target, ulong value)
    {
        for (; value >= More; value >>= BitsPerByte)
            target.Add((byte)(value | More));
        target.Add((byte)value);
    }

    /// <summary>Writes a signed number so that small ones of either sign are short (zigzag).</summary>
    public static void WriteSigned(List<byte> target, long value) => Write(target, (ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Reads a number and moves the source behind it.</summary>
    /// <exception cref="FormatException">The source ends within the number, or the number has more than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        for (var i = 0; i < source.Length && i < MostBytes; i++)
        {
            value |= (ulong)(source[i] & ~More) << (i * BitsPerByte);
            if (source[i] < More)
            {
                source = source[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("The bytes end within a number, or a number in them has more than 64 bits.");
    }

    public static long ReadSigned(ref ReadOnlySpan<byte> source)
    {
        var value = Read(ref source);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
