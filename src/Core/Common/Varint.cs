namespace Progeny.Core.Common;

/// <summary>Numbers of variable length: 7 bits a byte, the low ones first, the high bit set on all bytes but the last (LEB128).</summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    private const int BitsPerByte = 7;
    private const byte More = 0x80;

    /// <summary>Writes a number; returns how many bytes it took.</summary>
    /// <param name="target">Room for <see cref="MaxBytes"/>.</param>
    public static int Write(Span<byte> target, ulong value)
    {
        var length = 0;
        for (; value >= More; value >>= BitsPerByte)
            target[length++] = (byte)(value | More);
        target[length++] = (byte)value;
        return length;
    }

    public static void Write(List<byte> target, ulong value)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        target.AddRange(bytes[..Write(bytes, value)]);
    }

    /// <summary>Writes a signed number so that small ones of either sign are short.</summary>
    public static void WriteSigned(List<byte> target, long value) => Write(target, Fold(value));

    /// <summary>Reads a number and moves the source behind it.</summary>
    /// <exception cref="FormatException">The source ends within the number, or the number has more than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> source)
    {
        var length = Read(source, out var value);
        if (length == 0)
            throw new FormatException("The bytes end within a number, or a number in them has more than 64 bits.");
        source = source[length..];
        return value;
    }

    /// <summary>Reads a number; returns how many bytes it has, 0 where the source ends within it or it has more than 64 bits.</summary>
    public static int Read(ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < MaxBytes; i++)
        {
            value |= (ulong)(source[i] & ~More) << (i * BitsPerByte);
            if (source[i] < More)
                return i + 1;
        }

        return 0;
    }

    public static long ReadSigned(ref ReadOnlySpan<byte> source) => Unfold(Read(ref source));

    /// <summary>A signed number as one without a sign, small where its magnitude is (zigzag).</summary>
    public static ulong Fold(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    /// <summary>The number that <see cref="Fold"/> was given.</summary>
    public static long Unfold(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
