using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Progeny.Core.Datasets.Rows;

/// <summary>Numbers as JSON writes them, of any length.</summary>
internal static class JsonNumbers
{
    // Any number of up to so many significant digits is the nearest of its double, or is written by programs that write doubles in full.
    private const int DoubleDigits = 17;

    private const long MaxExact = 1L << 53;

    /// <summary>The kind of the number that a reader is at.</summary>
    public static ValueKinds KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return whole is >= -MaxExact and <= MaxExact ? ValueKinds.Whole : ValueKinds.Large;
        var text = reader.ValueSpan;
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
            return ValueKinds.Wide;
        var digits = SignificantDigits(text);
        return reader.TryGetDouble(out var number) && double.IsFinite(number) && digits <= DoubleDigits && (number != 0 || digits == 0)
            ? ValueKinds.Number
            : ValueKinds.Wide;
    }

    /// <summary>A number in one way of the many in which it can be written.</summary>
    public static string Canonical(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return whole.ToString(CultureInfo.InvariantCulture);
        if (KindOf(ref reader) != ValueKinds.Number)
            return Encoding.ASCII.GetString(reader.ValueSpan);
        var number = reader.GetDouble();
        return number == Math.Truncate(number) && Math.Abs(number) <= MaxExact
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
    }

    private static int SignificantDigits(ReadOnlySpan<byte> text)
    {
        var (digits, zeros) = (0, 0);
        foreach (var letter in text)
        {
            if (letter is (byte)'e' or (byte)'E')
                break;
            if (letter == '0')
            {
                // Zeros count once another digit follows them, and not before the first.
                zeros += digits > 0 ? 1 : 0;
            }
            else if (letter is > (byte)'0' and <= (byte)'9')
            {
                digits += zeros + 1;
                zeros = 0;
            }
        }

        return digits;
    }
}
