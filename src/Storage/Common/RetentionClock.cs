using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Common;

/// <summary>
/// The time by which what a database file keeps is old. Nobody gets back what a clock that leapt ahead removes, so after a leap this one goes
/// on from before it, at the pace of the monotonic clock, and follows the clock of the wall only after a day of that. It survives restarts;
/// used by one thread at a time, within the transaction that is open.
/// </summary>
internal sealed partial class RetentionClock(TimeProvider time, ILogger? logger)
{
    /// <summary>For how long of monotonic time a leap is not followed.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromHours(24);

    /// <summary>The table that remembers it: the wall's clock and this one when last read, in milliseconds since 1970, and what is left of a hold.</summary>
    public const string Schema = "CREATE TABLE age (seen INTEGER, trusted INTEGER, held INTEGER NOT NULL) STRICT; INSERT INTO age VALUES (NULL, NULL, 0);";

    /// <summary>By so much may the wall's clock get ahead of the monotonic one within a process: it is corrected now and then.</summary>
    private static readonly TimeSpan Correction = TimeSpan.FromMinutes(5);

    /// <summary>For so long may a node have been stopped, or be held already, without that a leap means anything new.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromDays(1);

    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(10);

    private (DateTimeOffset Seen, DateTimeOffset Trusted, TimeSpan Held, long Stamp)? last;
    private DateTimeOffset savedAt;

    /// <summary>The time to go by.</summary>
    public DateTimeOffset Read(SqliteConnection connection)
    {
        var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        var (seen, trusted, held, _) = last ?? Load(connection, now, stamp);
        var elapsed = last is { } before ? time.GetElapsedTime(before.Stamp, stamp) : TimeSpan.Zero;
        var leap = now - seen - elapsed;
        var isLeap = leap > Absence || (last is not null && held == TimeSpan.Zero && leap > Correction);
        if (isLeap)
            held = Hold;
        else
            held = held > elapsed ? held - elapsed : TimeSpan.Zero;
        trusted = held > TimeSpan.Zero ? trusted + elapsed : now;
        if (trusted > now)
            trusted = now;
        if (isLeap && logger is not null)
            LogLeap(logger, Path.GetFileName(connection.DataSource), leap, Hold.TotalHours);
        if (isLeap || (now - savedAt).Duration() >= SaveEvery)
            Save(connection, now, trusted, held);
        last = (now, trusted, held, stamp);
        return trusted;
    }

    /// <summary>What was remembered; of a file that holds nothing yet, the clock as it is.</summary>
    private (DateTimeOffset Seen, DateTimeOffset Trusted, TimeSpan Held, long Stamp) Load(SqliteConnection connection, DateTimeOffset now, long stamp)
    {
        var (seen, trusted, held) = connection.QuerySingle<(long?, long?, long)>("SELECT seen, trusted, held FROM age");
        return seen is { } known
            ? (DateTimeOffset.FromUnixTimeMilliseconds(known), DateTimeOffset.FromUnixTimeMilliseconds(trusted ?? known), TimeSpan.FromMilliseconds(held), stamp)
            : (now, now, TimeSpan.Zero, stamp);
    }

    private void Save(SqliteConnection connection, DateTimeOffset now, DateTimeOffset trusted, TimeSpan held)
    {
        savedAt = now;
        connection.Execute(
            "UPDATE age SET seen = :seen, trusted = :trusted, held = :held",
            new { seen = now.ToUnixTimeMilliseconds(), trusted = trusted.ToUnixTimeMilliseconds(), held = (long)held.TotalMilliseconds });
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The clock is {Leap} ahead of what {File} knows: a leap, or a long stop. What is old is told by the time before it for the next {Hours} hours of running, so that nothing is removed by mistake")]
    private static partial void LogLeap(ILogger logger, string file, TimeSpan leap, double hours);
}
