using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Common;

/// <summary>
/// The time by which what a database file keeps is old (<see cref="RetentionState"/>). It survives restarts; used by one thread at a time,
/// within the transaction that is open.
/// </summary>
internal sealed class RetentionClock(TimeProvider time, ILogger? logger)
{
    /// <summary>
    /// The table that remembers it: the wall's clock and this one when last read, in milliseconds since 1970, and what is left of a hold.
    /// </summary>
    public const string Schema = "CREATE TABLE age (seen INTEGER, trusted INTEGER, held INTEGER NOT NULL) STRICT; INSERT INTO age VALUES "
        + "(NULL, NULL, 0);";

    private (RetentionState State, long Stamp)? last;
    private DateTimeOffset savedAt;

    /// <summary>The time to go by.</summary>
    public DateTimeOffset Read(SqliteConnection connection)
    {
        var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        var next = last is { } before
            ? before.State.Advance(now, time.GetElapsedTime(before.Stamp, stamp), out var leap)
            : Load(connection, now).Advance(now, null, out leap);
        if (leap is { } ahead && logger is not null)
            RetentionMessages.LogLeap(logger, Path.GetFileName(connection.DataSource), ahead);
        if (leap is not null || (now - savedAt).Duration() >= RetentionState.SaveEvery)
            Save(connection, next);
        last = (next, stamp);
        return next.Trusted;
    }

    /// <summary>What was remembered; of a file that holds nothing yet, the clock as it is.</summary>
    private static RetentionState Load(SqliteConnection connection, DateTimeOffset now)
    {
        var (seen, trusted, held) = connection.QuerySingle<(long?, long?, long)>("SELECT seen, trusted, held FROM age");
        return seen is { } known ? RetentionState.Of(known, trusted ?? known, held) : RetentionState.Begin(now);
    }

    private void Save(SqliteConnection connection, RetentionState state)
    {
        savedAt = state.Seen;
        connection.Execute(
            "UPDATE age SET seen = :seen, trusted = :trusted, held = :held",
            new
            {
                seen = state.Seen.ToUnixTimeMilliseconds(),
                trusted = state.Trusted.ToUnixTimeMilliseconds(),
                held = (long)state.Held.TotalMilliseconds,
            });
    }
}
