using System.Globalization;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>The days under which the segments of a log of another node are filed.</summary>
/// <remarks>
/// Days grow with sequence numbers, and none is yet to come. A segment's is that of its newest record; of a long log several days are one,
/// since each has tables of its own.
/// </remarks>
internal static class LogCalendar
{
    private const int MaxDays = 128;
    private const long Microseconds = 86_400_000_000;

    /// <summary>The days, each with the first sequence number in it.</summary>
    /// <param name="segments">The first sequence number and the time of the newest record of each segment, in microseconds since 1970, in
    /// the order of the log.</param>
    public static IReadOnlyList<(int Day, long First)> Of(IReadOnlyList<(long First, long Until)> segments, DateTimeOffset now)
    {
        var days = new List<(int Day, long First)>();
        if (segments.Count == 0)
            return days;
        var today = DayOf(now.ToUnixTimeMilliseconds() * 1_000);
        var oldest = Math.Min(today, segments.Min(segment => DayOf(segment.Until)));
        var length = ((today - oldest) / MaxDays) + 1;
        var last = long.MinValue;
        foreach (var (first, until) in segments)
        {
            var day = oldest + ((Math.Min(today, DayOf(until)) - oldest) / length * length);
            if (day <= last)
                continue;
            last = day;
            days.Add((Name(day), first));
        }

        return days;
    }

    private static long DayOf(long time) => (long)Math.Floor((double)time / Microseconds);

    private static int Name(long day) => int.Parse(
        DateTimeOffset.UnixEpoch.AddDays(day).ToString("yyyyMMdd", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
