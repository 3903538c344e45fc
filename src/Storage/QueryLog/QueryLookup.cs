using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Ids;

namespace Progeny.Storage.QueryLog;

/// <summary>Finds a project's records and outcomes by query id, over one reader's snapshot.</summary>
internal sealed class QueryLookup : IDisposable
{
    private const int MaxOthers = 100;

    private readonly string project;
    private readonly RecentIds recent;
    private readonly List<IdRun> runs = [];
    private readonly SqliteStatement page;
    private readonly SegmentScan segment;
    private readonly SqliteStatement outcomes;
    private Segment? current;

    /// <param name="recent">What no run holds yet, taken before the reader's snapshot began.</param>
    public QueryLookup(SqliteConnection connection, string project, RecentIds recent)
    {
        this.project = project;
        this.recent = recent;
        using (var select = new SqliteStatement(connection, "SELECT id, start, level FROM id_runs WHERE state = ?1"))
        {
            select.Bind(1, (long)IdRunState.Ready);
            while (select.Step())
                runs.Add(new IdRun(select.Int64(0), select.Int64(1), (int)select.Int64(2), IdRunState.Ready));
        }

        page = new SqliteStatement(connection, "SELECT data FROM id_pages WHERE id = ?1");
        segment = new SegmentScan(connection, "WHERE s.first <= ?1 ORDER BY s.first DESC LIMIT 1");
        outcomes = new SqliteStatement(
            connection, "SELECT value, observed_at, reported_at FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND query_id = ?2 AND project = ?3 ORDER BY late DESC, id");
    }

    public bool Exists(string queryId) => Records(queryId).Any();

    /// <summary>The newest record; null where there is none.</summary>
    public FoundQuery? Find(string queryId)
    {
        // Two processors may write down one client's queries in another order than it asked them, a moment apart.
        return Find(queryId, (record, sequence, best) => best is not { } known || (record.At, sequence).CompareTo((known.Record.At, known.Sequence)) > 0);
    }

    /// <summary>The record at a place; null where there is none with the id.</summary>
    public FoundQuery? FindAt(string queryId, long wanted) => Find(queryId, (_, sequence, _) => sequence == wanted);

    /// <summary>The last record in the log's order that holds an answer, or else the newest; null where there is none.</summary>
    public FoundQuery? FindAnswered(string queryId) =>
        Find(queryId, (record, sequence, best) => IsAnswer(record) && sequence > (best?.Sequence ?? 0)) ?? Find(queryId);

    /// <summary>How many records carry an id.</summary>
    public int Attempts(string queryId) => Records(queryId).Count();

    /// <summary>All reports of the query's outcome: those that came too late to count, then the others, each in the order of their arrival.</summary>
    public IReadOnlyList<ReportedOutcome> Outcomes(string queryId)
    {
        outcomes.Bind(1, QueryHash.Of(project, queryId));
        outcomes.Bind(2, queryId);
        outcomes.Bind(3, project);
        try
        {
            var reports = new List<ReportedOutcome>();
            while (outcomes.Step())
            {
                DateTimeOffset? observed = outcomes.IsNull(1) ? null : QueryCodes.DecodeTime(outcomes.Int64(1));
                reports.Add(new ReportedOutcome(queryId, outcomes.Text(0), observed, QueryCodes.DecodeTime(outcomes.Int64(2))));
            }

            return reports;
        }
        finally
        {
            outcomes.Reset();
        }
    }

    public void Dispose()
    {
        page.Dispose();
        segment.Dispose();
        outcomes.Dispose();
    }

    private static bool IsAnswer(QueryRecord record) => record.IsAnswered && record.Reason is not Reasons.Failed;

    private FoundQuery? Find(string queryId, Func<QueryRecord, long, (long Sequence, QueryRecord Record)?, bool> isBetter)
    {
        (long Sequence, QueryRecord Record)? best = null;
        var sequences = new List<long>();
        foreach (var (sequence, reader) in Records(queryId))
        {
            sequences.Add(sequence);
            var record = reader.ToRecord();
            if (isBetter(record, sequence, best))
                best = (sequence, record);
        }

        if (best is not { } found)
            return null;
        sequences.Sort();
        sequences.Reverse();
        return new FoundQuery(found.Sequence, found.Record, sequences.Count, [.. sequences.Where(sequence => sequence != found.Sequence).Take(MaxOthers)]);
    }

    /// <summary>The records of an id with a reader that stands on each, the newest segment first.</summary>
    private IEnumerable<(long Sequence, QueryBatchReader Reader)> Records(string queryId)
    {
        var candidates = Candidates(queryId);
        for (var next = 0; next < candidates.Count;)
        {
            if (Load(candidates[next]) is not { } found)
            {
                next++;
                continue;
            }

            var inside = new HashSet<long>();
            for (; next < candidates.Count && candidates[next] >= found.First; next++)
                inside.Add(candidates[next]);
            var reader = new QueryBatchReader(found.Batch);
            while (inside.Count > 0 && reader.Read())
            {
                if (inside.Remove(found.First + reader.Index) && found.Batch.Project == project && reader.QueryId == queryId)
                    yield return (found.First + reader.Index, reader);
            }
        }
    }

    /// <summary>The sequence numbers of the records that may carry an id, the highest first.</summary>
    private List<long> Candidates(string queryId)
    {
        var key = IdBlock.KeyOf(QueryHash.Of(project, queryId));
        var sequences = new HashSet<long>();
        recent.Find(key, sequences);
        foreach (var run in runs)
        {
            page.Bind(1, run.KeyOf(IdPage.PageOf(key, run.Level)));
            if (page.Step())
                IdPage.Find(page.Blob(0), key, run.Start, sequences);
            page.Reset();
        }

        return [.. sequences.OrderDescending()];
    }

    private Segment? Load(long sequence)
    {
        if (current is null || sequence < current.First || sequence >= current.End)
        {
            segment.Bind(1, sequence);
            current = segment.Read() ?? current;
            segment.Reset();
        }

        return current is not null && sequence >= current.First && sequence < current.End ? current : null;
    }
}
