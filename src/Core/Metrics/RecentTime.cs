namespace Progeny.Core.Metrics;

/// <summary>
/// The last stretch of time in which this process ran, as the clock of the wall showed it: where somebody set that clock meanwhile, the
/// time before counts by what it showed then. So what is stored by the clock is found after a leap in either direction. Thread-safe.
/// </summary>
public sealed class RecentTime
{
    /// <summary>By so much may the clock get away from the monotonic one between two readings: it is corrected now and then.</summary>
    private static readonly TimeSpan Correction = TimeSpan.FromMinutes(5);

    /// <summary>What is being stored may have a time a moment ahead.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private const int MaxStretches = 100;

    private readonly TimeProvider time;
    private readonly Lock guard = new();

    /// <summary>
    /// The stretches in which the clock was not set, oldest first: what it showed at their begin and, of those that are over, at their end.
    /// </summary>
    private readonly List<(DateTimeOffset From, DateTimeOffset Until)> stretches = [];

    private (DateTimeOffset At, long Stamp) last;

    public RecentTime(TimeProvider time)
    {
        this.time = time;
        last = (time.GetUtcNow(), time.GetTimestamp());

        // Before this process nothing is known of leaps.
        stretches.Add((DateTimeOffset.MinValue, DateTimeOffset.MaxValue));
    }

    /// <summary>The ranges of the clock that make up the last time of a length, without overlap, the newest first.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> Last(TimeSpan length)
    {
        lock (guard)
        {
            var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            var expected = last.At + time.GetElapsedTime(last.Stamp, stamp);
            if ((now - expected).Duration() > Correction)
            {
                stretches[^1] = stretches[^1] with { Until = expected };
                stretches.Add((now, DateTimeOffset.MaxValue));
            }

            last = (now, stamp);
            var ranges = new List<(DateTimeOffset From, DateTimeOffset Until)>();
            var index = stretches.Count - 1;
            for (var left = length; left > TimeSpan.Zero && index >= 0; index--)
            {
                var (from, until) = stretches[index];
                until = until < DateTimeOffset.MaxValue ? until : now;
                var known = from > DateTimeOffset.MinValue && until - from < left ? until - from : left;
                Add(ranges, (until - known, until + Moment));
                left -= known;
            }

            if (stretches.Count > MaxStretches)
                stretches.RemoveRange(0, stretches.Count - MaxStretches);
            return ranges;
        }
    }

    /// <summary>Adds a range; those that overlap it become one with it.</summary>
    private static void Add(List<(DateTimeOffset From, DateTimeOffset Until)> ranges, (DateTimeOffset From, DateTimeOffset Until) next)
    {
        foreach (var known in ranges.Where(known => known.From <= next.Until && next.From <= known.Until).ToList())
        {
            ranges.Remove(known);
            next = (known.From < next.From ? known.From : next.From, known.Until > next.Until ? known.Until : next.Until);
        }

        ranges.Add(next);
    }
}
