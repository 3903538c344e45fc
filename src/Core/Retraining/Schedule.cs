namespace Progeny.Core.Retraining;

/// <summary>
/// When something that is done again and again is due. It follows from when it was done last: what was missed while no node ran is done
/// once, and where the clock was put back behind the last time, it is done now rather than after the clock has caught up.
/// </summary>
public static class Schedule
{
    /// <summary>By so much may clocks differ before it means anything.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>When it is due; never after <paramref name="now"/> plus the wait.</summary>
    /// <param name="last">When it was done last; null: never, so it is due.</param>
    public static DateTimeOffset Due(DateTimeOffset? last, TimeSpan wait, DateTimeOffset now)
    {
        if (last is not { } at || at - now > Tolerance)
            return now;
        var due = at + wait;
        return due > now + wait ? now + wait : due;
    }
}
