using System.Globalization;
using Dapper;
using Npgsql;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>
/// Makes the partitions that are needed next, and removes what is older than it is kept: a day as a whole once nothing in it has to be
/// kept, otherwise some segments at a time. One node of the cluster does so at a time. Used by one thread.
/// </summary>
internal sealed class PostgresLogSweep(PostgresQueryStore store, ClusterRetentionClock clock, RetentionScope projects)
{
    private const int SegmentsAtOnce = 256;

    // "log swee" as a number. Whoever holds this lock removes; others do not.
    private const long Lock = 0x6C6F672073776565;

    // So long after its last append no source sends that again.
    private const string ForgetSources = "DELETE FROM log_sources WHERE at < now() - interval '7 days'";

    private static readonly string[] Partitioned = ["segments", "query_ids"];

    private readonly OutcomeSweep _outcomes = new(
        (connection, offsets) => connection.Execute("DELETE FROM outcomes WHERE id = ANY(@offsets)", new { offsets = offsets.ToArray() }));

    private long _age = long.MinValue;

    /// <summary>The time by which the last sweep told what is old; null: there was none yet.</summary>
    public DateTimeOffset? Age => Volatile.Read(ref _age) is var known and not long.MinValue ? QueryCodes.DecodeTime(known) : null;

    /// <returns>Whether there may be more to remove.</returns>
    public bool Step() => store.Run(connection =>
    {
        connection.Execute("SELECT ensure_log_days()");
        return Alone(connection, DropDay) || Alone(connection, RemoveSegments) || Alone(connection, RemoveReports);
    });

    /// <summary>Runs a part of the work in a transaction, unless another node does so now.</summary>
    private bool Alone(NpgsqlConnection connection, Func<NpgsqlConnection, DateTimeOffset, bool> work)
    {
        using var transaction = connection.BeginTransaction();
        if (!connection.ExecuteScalar<bool>("SELECT pg_try_advisory_xact_lock(@Lock)", new { Lock }))
            return false;
        var now = clock.Agree(connection);
        Volatile.Write(ref _age, QueryCodes.Encode(now));
        try
        {
            var more = work(connection, now);
            transaction.Commit();
            return more;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // The partition is in use; it is dropped another time.
            return false;
        }
    }

    /// <summary>
    /// Drops the first day of the log that holds nothing, or nothing that has to be kept. What was appended last keeps its day.
    /// </summary>
    private bool DropDay(NpgsqlConnection connection, DateTimeOffset now)
    {
        var limits = LimitsOf(connection, now);
        var isFirst = true;
        foreach (var day in connection.Query<int>(
            "SELECT d.day FROM log_days AS d CROSS JOIN log_end AS e WHERE d.day < e.day ORDER BY d.day").AsList())
        {
            var isEmpty = !connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM segments WHERE day = @day)", new { day });
            if (!isEmpty && (!isFirst || !IsOld(day)))
            {
                isFirst = false;
                continue;
            }

            // Whoever drops a partition locks its table, and everybody who comes meanwhile waits behind.
            connection.Execute(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SET LOCAL lock_timeout = '200ms'; DROP TABLE {string.Join(", ", Partitioned.Select(table => $"{table}_{day}"))}"));
            connection.Execute("DELETE FROM log_days WHERE day = @day", new { day });
            return true;
        }

        return false;

        bool IsOld(int day) =>
            connection.Query<(long Origin, long Until, long Last)>(
                "SELECT origin, max(until_at), max(first + count - 1) FROM segments WHERE day = @day GROUP BY origin", new { day })
            .All(part =>
                limits.TryGetValue(part.Origin, out var limit) && part.Until < limit.Before && part.Last <= limit.Through);
    }

    /// <summary>By age and not by place: what a wrong clock stamped with a time to come does not stand before what is old.</summary>
    private bool RemoveSegments(NpgsqlConnection connection, DateTimeOffset now)
    {
        connection.Execute(ForgetSources);
        var limits = LimitsOf(connection, now);
        var old = connection.Query<(int Day, long First)>(
            """
            SELECT s.day, s.first FROM unnest(@origins, @befores, @throughs) AS o(id, before, through)
                CROSS JOIN LATERAL (SELECT day, first FROM segments
                    WHERE origin = o.id AND until_at < o.before AND first + count - 1 <= o.through
                    ORDER BY until_at LIMIT @SegmentsAtOnce) AS s
            LIMIT @SegmentsAtOnce
            """,
            new
            {
                origins = limits.Keys.ToArray(),
                befores = limits.Values.Select(limit => limit.Before).ToArray(),
                throughs = limits.Values.Select(limit => limit.Through).ToArray(),
                SegmentsAtOnce,
            }).AsList();
        foreach (var day in old.GroupBy(segment => segment.Day))
            connection.Execute(
                "DELETE FROM segments WHERE day = @day AND first = ANY(@firsts)",
                new { day = day.Key, firsts = day.Select(segment => segment.First).ToArray() });
        return old.Count == SegmentsAtOnce;
    }

    private bool RemoveReports(NpgsqlConnection connection, DateTimeOffset now) =>
        _outcomes.Step(store.Snapshot(connection), now, projects);

    /// <summary>
    /// By the id of an origin the time before which its records are old, in microseconds since 1970, and the place up to which they may be
    /// removed; of projects that do not run, and of those that are not archived where that is waited for, there is none.
    /// </summary>
    private Dictionary<long, (long Before, long Through)> LimitsOf(NpgsqlConnection connection, DateTimeOffset now)
    {
        var archived = projects.WaitsForArchive ? ArchiveMarks.ReadAll(connection) : null;
        var limits = new Dictionary<long, (long Before, long Through)>();
        foreach (var (id, project, retention) in connection.Query<(long Id, string Project, long Retention)>(
            "SELECT id, project, retention FROM origins"))
        {
            var before = QueryCodes.Encode(now) - (retention * 1_000_000);
            if (!projects.Contains(project))
                continue;
            if (archived is null)
                limits[id] = (before, long.MaxValue);
            else if (archived.TryGetValue(project, out var mark))
                limits[id] = (Math.Min(before, mark.Before), mark.Through);
        }

        return limits;
    }
}
