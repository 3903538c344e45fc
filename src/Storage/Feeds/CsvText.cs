using System.Globalization;

namespace Progeny.Storage.Feeds;

/// <summary>What a field of a CSV file stands for.</summary>
internal static class CsvText
{
    /// <summary>
    /// null for an empty field; long or double where the field is a number as JSON writes it (RFC 8259, section 6) and fits; the
    /// text itself otherwise, so that codes such as 007 and numbers of too many digits keep theirs.
    /// </summary>
    public static object? Parse(string field)
    {
        if (field.Length == 0)
            return null;
        if (!IsNumber(field, out var whole))
            return field;
        if (whole)
            return long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? integer : field;
        return double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? real
            : field;
    }

    private static bool IsNumber(string field, out bool whole)
    {
        var i = field[0] == '-' ? 1 : 0;
        var start = i;
        whole = true;
        if (!Digits(field, ref i) || (field[start] == '0' && i > start + 1))
            return false;
        if (i < field.Length && field[i] == '.')
        {
            i++;
            whole = false;
            if (!Digits(field, ref i))
                return false;
        }

        if (i < field.Length && field[i] is ('e' or 'E'))
        {
            i++;
            whole = false;
            if (i < field.Length && field[i] is ('+' or '-'))
                i++;
            if (!Digits(field, ref i))
                return false;
        }

        return i == field.Length;
    }

    private static bool Digits(string field, ref int i)
    {
        var start = i;
        while (i < field.Length && char.IsAsciiDigit(field[i]))
            i++;
        return i > start;
    }
}
