using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// The time by which what a part of the cluster's database keeps is old (<see cref="RetentionState"/>). Its members share one state: while
/// one of them does not follow its clock none removes by its own, so that a node whose clock is wrong by days removes nothing as long as
/// the others disagree. Thread-safe.
/// </summary>
/// <param name="name">The part, such as <see cref="Perfdb"/>.</param>
internal sealed class ClusterRetentionClock(string name, TimeProvider time, ILogger? logger)
{
    /// <summary>The name of the query log's clock.</summary>
    public const string QueryLog = "query log";

    /// <summary>The name of the perfdb's clock.</summary>
    public const string Perfdb = "perfdb";

    /// <summary>
    /// The table of all parts: the wall's clock and this one when last read, in milliseconds since 1970, what is left of a hold, and the
    /// process that read them.
    /// </summary>
    public const string Schema =
        "CREATE TABLE retention_clocks (name text PRIMARY KEY, seen bigint NOT NULL, trusted bigint NOT NULL, held bigint NOT NULL, "
            + "reader uuid NOT NULL);";

    private const string Select = "SELECT seen, trusted, held, reader FROM retention_clocks WHERE name = @name";

    private const string Save =
        """
        INSERT INTO retention_clocks (name, seen, trusted, held, reader) VALUES (@name, @seen, @trusted, @held, @reader)
        ON CONFLICT (name) DO UPDATE SET seen = excluded.seen, trusted = excluded.trusted, held = excluded.held, reader = excluded.reader
        """;

    private readonly Guid reader = Guid.NewGuid();
    private readonly Lock gate = new();
    private (RetentionState State, long Stamp)? last;

    /// <summary>The time to go by; only the first call of a process asks the database.</summary>
    public async ValueTask<DateTimeOffset> ReadAsync(ClusterDatabase database, CancellationToken cancellationToken)
    {
        if (AdvanceOwn() is { } known)
            return known.Trusted;
        var stored = await database.ReadAsync(
            (connection, token) =>
                connection.QuerySingleOrDefaultAsync<(long, long, long, Guid)?>(
                    new CommandDefinition(Select, new { name }, cancellationToken: token)),
            cancellationToken);
        return Advance(stored).Trusted;
    }

    /// <summary>
    /// The time to go by, agreed on with the other members; for who is about to remove something, and holds the lock that allows only one
    /// to.
    /// </summary>
    public async Task<DateTimeOffset> AgreeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var stored = await connection.QuerySingleOrDefaultAsync<(long, long, long, Guid)?>(
            new CommandDefinition(Select, new { name }, cancellationToken: cancellationToken));
        var state = Advance(stored);
        await connection.ExecuteAsync(new CommandDefinition(Save, Row(state), cancellationToken: cancellationToken));
        return state.Trusted;
    }

    /// <inheritdoc cref="AgreeAsync"/>
    public DateTimeOffset Agree(NpgsqlConnection connection)
    {
        var state = Advance(connection.QuerySingleOrDefault<(long, long, long, Guid)?>(Select, new { name }));
        connection.Execute(Save, Row(state));
        return state.Trusted;
    }

    /// <summary>A reading of the clock by what this process remembers; null: nothing yet.</summary>
    private RetentionState? AdvanceOwn()
    {
        lock (gate)
        {
            if (last is not { } before)
                return null;
            var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            var state = before.State.Advance(now, time.GetElapsedTime(before.Stamp, stamp), out var leap);
            Log(leap);
            last = (state, stamp);
            return state;
        }
    }

    /// <summary>A reading of the clock by what this process and the database remember.</summary>
    private RetentionState Advance((long Seen, long Trusted, long Held, Guid Reader)? stored)
    {
        lock (gate)
        {
            var own = AdvanceOwn();
            var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            // Of what this process stored itself the database knows no more than it does.
            TimeSpan? leap = null;
            var others = stored is { } row && (own is null || row.Reader != reader)
                ? RetentionState.Of(row.Seen, row.Trusted, row.Held).Advance(now, null, out leap)
                : own ?? RetentionState.Begin(now);
            if (own is null)
                Log(leap);
            var state = own?.Merge(others) ?? others;
            last = (state, stamp);
            return state;
        }
    }

    private object Row(RetentionState state) =>
        new
        {
            name,
            seen = state.Seen.ToUnixTimeMilliseconds(),
            trusted = state.Trusted.ToUnixTimeMilliseconds(),
            held = (long)state.Held.TotalMilliseconds,
            reader,
        };

    private void Log(TimeSpan? leap)
    {
        if (leap is { } ahead && logger is not null)
            RetentionMessages.LogLeap(logger, $"the cluster's {name}", ahead);
    }
}
