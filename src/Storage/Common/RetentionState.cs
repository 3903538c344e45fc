namespace Progeny.Storage.Common;

/// <summary>
/// What a retention clock remembers. Nobody gets back what a clock that leapt ahead removes, so after a leap the trusted time goes on from
/// before it, at the pace of the monotonic clock, and follows the clock of the wall only after <see cref="Hold"/>.
/// </summary>
/// <param name="Seen">The wall's clock when it was last read.</param>
/// <param name="Trusted">The time by which what is kept was old then.</param>
/// <param name="Held">What is left of the time in which the wall's clock is not followed.</param>
internal sealed record RetentionState(DateTimeOffset Seen, DateTimeOffset Trusted, TimeSpan Held)
{
    /// <summary>For how long of monotonic time a leap is not followed.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromHours(24);

    /// <summary>How often a clock stores its state while nothing happens.</summary>
    public static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(10);

    /// <summary>By so much may the wall's clock get ahead of the monotonic one within a process: it is corrected now and then.</summary>
    private static readonly TimeSpan Correction = TimeSpan.FromMinutes(5);

    /// <summary>For so long may a node have been stopped, or be held already, without that a leap means anything new.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromDays(1);

    /// <summary>The state of a database that holds none yet: the clock as it is.</summary>
    public static RetentionState Begin(DateTimeOffset now) => new(now, now, TimeSpan.Zero);

    /// <summary>The state from its columns, in milliseconds: times since 1970.</summary>
    public static RetentionState Of(long seen, long trusted, long held) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(seen), DateTimeOffset.FromUnixTimeMilliseconds(trusted), TimeSpan.FromMilliseconds(
            held));

    /// <summary>The state after a reading of the clock.</summary>
    /// <param name="now">The wall's clock.</param>
    /// <param name="elapsed">The monotonic time since this state; null: it is of another process, so that time is not known.</param>
    /// <param name="leap">By how much the clock leapt ahead; null: it did not.</param>
    public RetentionState Advance(DateTimeOffset now, TimeSpan? elapsed, out TimeSpan? leap)
    {
        var passed = elapsed ?? TimeSpan.Zero;
        var ahead = now - Seen - passed;
        leap = ahead > Absence || (elapsed is not null && Held == TimeSpan.Zero && ahead > Correction) ? ahead : null;
        var held = leap is not null ? Hold : Held > passed ? Held - passed : TimeSpan.Zero;
        var trusted = held > TimeSpan.Zero ? Trusted + passed : now;
        return new(now, trusted < now ? trusted : now, held);
    }

    /// <summary>
    /// The state that two processes of a cluster agree on, at one reading of this one's clock: as long as one of them does not follow its
    /// clock, neither does, and the time goes on as for the one of them that knew it best.
    /// </summary>
    public RetentionState Merge(RetentionState other)
    {
        var trusted = Trusted > other.Trusted ? Trusted : other.Trusted;
        return new(Seen, trusted < Seen ? trusted : Seen, Held > other.Held ? Held : other.Held);
    }
}
