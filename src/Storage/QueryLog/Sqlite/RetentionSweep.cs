using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Sqlite.Ids;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>
/// Removes records that are older than their generation's manifest keeps them, a few segments at a time, within a transaction that the
/// caller opens.
/// </summary>
internal sealed class RetentionSweep(SqliteConnection connection, IdRuns runs)
{
    private const int SegmentsAtOnce = 32;

    /// <param name="now">The time by which records are old.</param>
    /// <param name="projects">Of the others nothing is removed.</param>
    /// <returns>Whether there may be more to remove.</returns>
    public bool Step(DateTimeOffset now, RetentionScope projects)
    {
        var removed = 0;
        var archived = projects.WaitsForArchive ? ArchiveMarks.ReadAll(connection) : null;
        foreach (var (origin, project, retention) in connection.Query<(long, string, long)>("SELECT id, project, retention FROM origins")
            .AsList())
        {
            if (!projects.Contains(project))
                continue;
            var before = QueryCodes.Encode(now) - (retention * 1_000_000);
            var through = long.MaxValue;
            if (archived is not null)
            {
                if (!archived.TryGetValue(project, out var mark))
                    continue;
                (before, through) = (Math.Min(before, mark.Before), mark.Through);
            }

            removed += Remove(origin, before, through, SegmentsAtOnce - removed);
            if (removed >= SegmentsAtOnce)
                return true;
        }

        foreach (var run in runs.Ready.Where(run => !HasRecords(run)).ToList())
            runs.Remove(run);
        return false;
    }

    /// <summary>By age and not by place: what a wrong clock stamped with a time to come does not stand before what is old.</summary>
    private int Remove(long origin, long before, long through, int most)
    {
        var old = connection.Query<(long First, long Count)>(
            """
            SELECT first, count FROM segments
            WHERE origin = :origin AND until_at < :before AND first + count - 1 <= :through ORDER BY until_at LIMIT :most
            """,
            new { origin, before, through, most }).AsList();
        if (old.Count == 0)
            return 0;
        // The sequence goes on where it was, also when nothing is left.
        connection.Execute(
            "UPDATE swept SET last = max(last, :last)", new { last = old.Max(segment => segment.First + segment.Count - 1) });
        return connection.Execute("DELETE FROM segments WHERE first IN :firsts", new { firsts = old.Select(segment => segment.First) });
    }

    private bool HasRecords(IdRun run) => connection.ExecuteScalar<long>(
        "SELECT ifnull((SELECT first + count > :Start FROM segments WHERE first < :End ORDER BY first DESC LIMIT 1), 0)",
        new { run.Start, run.End }) != 0;
}
