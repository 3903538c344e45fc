using System.Globalization;

namespace Progeny.Core.Common;

/// <summary>Times written as texts: ISO 8601, and UTC where they name no zone, whatever zone this machine is in.</summary>
public static class IsoTime
{
    /// <summary>What would be right, for messages.</summary>
    public const string Right = "a time in ISO 8601 such as 2025-12-09T08:30:00Z (UTC where it names no zone)";

    /// <summary>
    /// Reads <c>yyyy-MM[-dd[THH:mm[:ss[.f…]][Z|±HH[[:]mm]]]]</c>, with a <c>T</c> or a space before the hour. Digits behind 100 ns are cut
    /// off.
    /// </summary>
    /// <param name="time">In UTC.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (!Digits(ref text, 4, out var year) || !Take(ref text, '-') || !Digits(ref text, 2, out var month))
            return false;
        var (day, hour, minute, second, ticks, offset) = (1, 0, 0, 0, 0L, 0);
        if (!text.IsEmpty)
        {
            if (!Take(ref text, '-') || !Digits(ref text, 2, out day))
                return false;
            if (!text.IsEmpty && !(ReadClock(ref text, out hour, out minute, out second, out ticks) && ReadOffset(ref text, out offset)))
                return false;
        }

        if (!text.IsEmpty || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23
            || minute > 59 || second > 59)
            return false;
        var utc = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + ticks - (offset * TimeSpan.TicksPerMinute);
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks)
            return false;
        time = new DateTimeOffset(utc, TimeSpan.Zero);
        return true;
    }

    /// <summary>A moment as text, in UTC, with as many digits as it has.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static bool ReadClock(ref ReadOnlySpan<char> text, out int hour, out int minute, out int second, out long ticks)
    {
        (hour, minute, second, ticks) = (0, 0, 0, 0);
        if (text[0] is not ('T' or 't' or ' '))
            return false;
        text = text[1..];
        if (!Digits(ref text, 2, out hour) || !Take(ref text, ':') || !Digits(ref text, 2, out minute))
            return false;
        if (!Take(ref text, ':'))
            return true;
        return Digits(ref text, 2, out second) && (!Take(ref text, '.') || Fraction(ref text, out ticks));
    }

    private static bool Fraction(ref ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        var digits = 0;
        for (var worth = TimeSpan.TicksPerSecond / 10; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++, worth /= 10)
            ticks += (text[digits] - '0') * worth;
        text = text[digits..];
        return digits > 0;
    }

    private static bool ReadOffset(ref ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text.IsEmpty)
            return true;
        var sign = text[0];
        text = text[1..];
        if (sign is 'Z' or 'z')
            return text.IsEmpty;
        if (sign is not ('+' or '-') || !Digits(ref text, 2, out var hours))
            return false;
        Take(ref text, ':');
        var rest = 0;
        if ((!text.IsEmpty && !Digits(ref text, 2, out rest)) || hours > 15 || rest > 59)
            return false;
        minutes = (sign == '-' ? -1 : 1) * ((hours * 60) + rest);
        return true;
    }

    private static bool Take(ref ReadOnlySpan<char> text, char wanted)
    {
        if (text.IsEmpty || text[0] != wanted)
            return false;
        text = text[1..];
        return true;
    }

    private static bool Digits(ref ReadOnlySpan<char> text, int count, out int number)
    {
        number = 0;
        if (text.Length < count)
            return false;
        foreach (var digit in text[..count])
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            number = (number * 10) + digit - '0';
        }

        text = text[count..];
        return true;
    }
}
