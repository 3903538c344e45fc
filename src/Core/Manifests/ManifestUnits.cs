using System.Globalization;

namespace Progeny.Core.Manifests;

/// <summary>
/// Durations (<c>20ms</c>, <c>90s</c>, <c>10m</c>, <c>12h</c>, <c>1d</c>) and sizes (<c>512MiB</c>, <c>2GiB</c>) as manifests write them.
/// </summary>
public static class ManifestUnits
{
    /// <summary>What a duration looks like, for error messages.</summary>
    public const string DurationHint = "a whole number with ms, s, m, h or d, e.g. 20ms, 90s, 10m, 12h, 1d";

    /// <summary>What a size looks like, for error messages.</summary>
    public const string SizeHint = "a whole number with KiB, MiB, GiB or TiB, e.g. 512MiB, 2GiB";

    internal const string DurationPattern = "(0|[1-9][0-9]{0,8})(ms|s|m|h|d)";

    internal const string SizePattern = "[1-9][0-9]{0,5}(KiB|MiB|GiB|TiB)";

    private static readonly (string Unit, long Milliseconds)[] DurationUnits =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Unit, long Bytes)[] SizeUnits = [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
    ];

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = CountDigits(text);
        if (digits is 0 or > 9 || (digits > 1 && text[0] == '0'))
            return false;
        var number = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        foreach (var (unit, milliseconds) in DurationUnits)
        {
            if (!text.AsSpan(digits).SequenceEqual(unit) || number * (decimal)milliseconds > (decimal)TimeSpan.MaxValue.TotalMilliseconds)
                continue;
            duration = TimeSpan.FromMilliseconds(number * milliseconds);
            return true;
        }

        return false;
    }

    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        var digits = CountDigits(text);
        if (digits is 0 or > 6 || text[0] == '0')
            return false;
        foreach (var (unit, size) in SizeUnits)
        {
            if (text.AsSpan(digits).SequenceEqual(unit))
                bytes = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture) * size;
        }

        return bytes > 0;
    }

    /// <summary>The duration in the greatest unit that divides it; parsing the text yields the same duration.</summary>
    public static string Format(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        var (unit, size) = milliseconds == 0 ? DurationUnits[0] : DurationUnits.Last(u => milliseconds % u.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
    }

    /// <summary>The size in the greatest unit that divides it; whole KiB only.</summary>
    public static string FormatSize(long bytes)
    {
        var (unit, size) = SizeUnits.Last(u => bytes % u.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{unit}");
    }

    private static int CountDigits(string text)
    {
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
