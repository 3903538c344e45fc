using System.Data.Common;
using Dapper;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>
/// Removes reports of outcomes that are older than any generation of their project keeps its records and whose record is gone, a few at a
/// time, within a transaction that the caller opens. Goes through the list once an hour.
/// </summary>
/// <param name="remove">Removes reports by their offsets, on a connection.</param>
/// <remarks>The newest report stays, whatever its age: the places of reports go on behind it.</remarks>
internal sealed class OutcomeSweep(Action<DbConnection, IReadOnlyList<long>> remove)
{
    private const int ReportsAtOnce = 1_000;
    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    /// <summary>How long reports of a project are kept that never logged a record.</summary>
    private static readonly TimeSpan Default = new ServingManifest().Retention;

    private long offset;
    private DateTimeOffset? ended;

    /// <param name="snapshot">The transaction.</param>
    /// <param name="now">The time by which reports are old.</param>
    /// <param name="projects">Of the others nothing is removed.</param>
    /// <returns>Whether there may be more to remove.</returns>
    public bool Step(ILogSnapshot snapshot, DateTimeOffset now, RetentionScope projects)
    {
        if (ended is { } at && at <= now && now - at < Rest)
            return false;
        ended = null;
        var retentions = snapshot.Connection.Query<(string Project, long Seconds)>(
            "SELECT project, max(retention) FROM origins GROUP BY project").ToDictionary(row => row.Project, row => row.Seconds);
        var seen = snapshot.Connection.Query<(long Id, string Project, string QueryId, long ReportedAt)>(
            """
            SELECT id, project, query_id, reported_at FROM outcomes
            WHERE id > @offset AND id < (SELECT max(id) FROM outcomes) ORDER BY id LIMIT @ReportsAtOnce
            """,
            new { offset, ReportsAtOnce }).AsList();
        var old = seen.Where(
            row => projects.Contains(row.Project)
                && row.ReportedAt < QueryCodes.Encode(now)
                - (1_000_000 * retentions.GetValueOrDefault(row.Project, (long)Default.TotalSeconds))).ToList();
        foreach (var project in old.GroupBy(row => row.Project))
            Remove(snapshot, project.Key, [.. project.Select(row => (row.Id, row.QueryId))]);

        // Reports lie in the order of their arrival: where none of many is old, none behind them is, but for projects that keep theirs
        // longer.
        if (seen.Count < ReportsAtOnce
            || (old.Count == 0
            && seen[^1].ReportedAt >= QueryCodes.Encode(now)
            - (1_000_000 * retentions.Values.DefaultIfEmpty((long)Default.TotalSeconds).Min())))
        {
            offset = 0;
            ended = now;
            return false;
        }

        offset = seen[^1].Id;
        return true;
    }

    private void Remove(ILogSnapshot snapshot, string project, IReadOnlyList<(long Id, string QueryId)> reports)
    {
        var ids = reports.Select(report => report.QueryId).Distinct().ToList();
        var kept = new HashSet<string>();
        new RecordFinder(snapshot, project).Find(ids, (index, _, _) => kept.Add(ids[index]));
        remove(snapshot.Connection, [.. reports.Where(report => !kept.Contains(report.QueryId)).Select(report => report.Id)]);
    }
}
