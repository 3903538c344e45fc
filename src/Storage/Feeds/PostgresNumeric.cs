using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Progeny.Storage.Feeds;

/// <summary>
/// A <c>numeric</c> as PostgreSQL sends it: four numbers of 16 bits (groups, weight of the first, sign, scale), then groups of four digits.
/// </summary>
/// <remarks>Source: PostgreSQL, <c>numeric_send</c> in <c>src/backend/utils/adt/numeric.c</c>.</remarks>
internal static class PostgresNumeric
{
    private const int HeaderLength = 8;
    private const ushort Positive = 0x0000;
    private const ushort Negative = 0x4000;

    /// <summary>The value: a decimal with its scale, or a whole number of more digits as text.</summary>
    /// <exception cref="OverflowException">It is not finite, or has more digits than a decimal and is not whole.</exception>
    public static object Read(ReadOnlySpan<byte> bytes)
    {
        var weight = BinaryPrimitives.ReadInt16BigEndian(bytes[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        var scale = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        if (sign is not (Positive or Negative))
            throw new OverflowException("it is not a finite number");
        var text = Write(bytes[HeaderLength..], weight, sign == Negative, scale);
        if (decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            && value.ToString(CultureInfo.InvariantCulture) == text)
            return value;
        if (!text.AsSpan(text.Length - scale).ContainsAnyExcept('0'))
            return scale == 0 ? text : text[..^(scale + 1)];
        throw new OverflowException("it has more digits than a decimal number may have");
    }

    private static string Write(ReadOnlySpan<byte> groups, int weight, bool isNegative, int scale)
    {
        var text = new StringBuilder();
        for (var i = 0; i <= weight; i++)
            text.Append(CultureInfo.InvariantCulture, $"{GroupAt(groups, i):D4}");
        var leading = 0;
        while (leading < text.Length && text[leading] == '0')
            leading++;
        text.Remove(0, leading);
        if (text.Length == 0)
            text.Append('0');
        if (isNegative)
            text.Insert(0, '-');
        if (scale == 0)
            return text.ToString();
        text.Append('.');
        var end = text.Length + scale;
        // The first group sent may stand behind the point.
        for (var i = weight + 1; text.Length < end; i++)
            text.Append(CultureInfo.InvariantCulture, $"{GroupAt(groups, i):D4}");
        text.Length = end;
        return text.ToString();
    }

    /// <summary>The group at a place before or behind those that were sent: they are zero.</summary>
    private static int GroupAt(ReadOnlySpan<byte> groups, int index) =>
        index >= 0 && (index + 1) * sizeof(short) <= groups.Length
            ? BinaryPrimitives.ReadInt16BigEndian(groups[(index * sizeof(short))..])
            : 0;
}
