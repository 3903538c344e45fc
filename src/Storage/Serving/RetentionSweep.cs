using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Serving;

/// <summary>Removes records that are older than their project keeps them, a few segments at a time, within a transaction that the caller opens.</summary>
internal sealed class RetentionSweep(SqliteConnection connection, IdRuns runs)
{
    private const int SegmentsAtOnce = 32;

    /// <returns>Whether there may be more to remove.</returns>
    public bool Step(DateTimeOffset now)
    {
        var removed = 0;
        foreach (var (origin, retention) in Origins())
        {
            var before = QueryCodes.Encode(now) - (retention * 1_000_000);
            removed += Remove(origin, before, SegmentsAtOnce - removed);
            if (removed >= SegmentsAtOnce)
                return true;
        }

        foreach (var run in runs.Ready.Where(run => !HasRecords(run)).ToList())
            runs.Remove(run);
        return false;
    }

    /// <summary>What the generation says that was served last of all holds for the whole project.</summary>
    private List<(long Origin, long Retention)> Origins() =>
    [
        .. connection.Query<(long, long)>(
            """
            SELECT o.id, (SELECT n.retention FROM origins AS n WHERE n.project = o.project ORDER BY n.id DESC LIMIT 1) FROM origins AS o
            """),
    ];

    private int Remove(long origin, long before, int most)
    {
        var old = connection.Query<(long First, long Count)>(
            """
            SELECT first, count FROM (SELECT first, count, until_at FROM segments WHERE origin = :origin ORDER BY first LIMIT :most) WHERE until_at < :before
            """,
            new { origin, before, most }).AsList();
        if (old.Count == 0)
            return 0;
        // The sequence goes on where it was, also when nothing is left.
        connection.Execute("UPDATE swept SET last = max(last, :last)", new { last = old.Max(segment => segment.First + segment.Count - 1) });
        return connection.Execute("DELETE FROM segments WHERE first IN :firsts", new { firsts = old.Select(segment => segment.First) });
    }

    private bool HasRecords(IdRun run) => connection.ExecuteScalar<long>(
        "SELECT ifnull((SELECT first + count > :Start FROM segments WHERE first < :End ORDER BY first DESC LIMIT 1), 0)", new { run.Start, run.End }) != 0;
}
