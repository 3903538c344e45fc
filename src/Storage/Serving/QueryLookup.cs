using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;

namespace Progeny.Storage.Serving;

/// <summary>Finds a project's records and outcomes by query id, over one reader's snapshot.</summary>
internal sealed class QueryLookup : IDisposable
{
    // The newest block first: most look-ups are for what was just served.
    private const string Matches =
        """
        WITH RECURSIVE blocks (n, first) AS (
            SELECT max(block), (SELECT min(block) FROM record_ids) FROM record_ids
            UNION ALL
            SELECT n - 1, first FROM blocks WHERE n > first),
        matches AS (
            SELECT r.seq
            FROM blocks
            CROSS JOIN record_ids AS i ON i.block = blocks.n AND i.hash = ?1
            CROSS JOIN records AS r ON r.seq = i.seq AND r.query_id = ?2
            CROSS JOIN origins AS o ON o.id = r.origin AND o.project = ?3)
        """;

    private readonly string project;
    private readonly SqliteStatement any;
    private readonly SqliteStatement summary;
    private readonly SqliteStatement outcomes;

    public QueryLookup(SqliteConnection connection, string project)
    {
        this.project = project;
        any = new SqliteStatement(connection, Matches + " SELECT seq FROM matches LIMIT 1");
        summary = new SqliteStatement(connection, Matches + " SELECT max(seq), count(*) FROM matches");
        outcomes = new SqliteStatement(
            connection, "SELECT value, observed_at, reported_at FROM outcomes WHERE hash = ?1 AND query_id = ?2 AND project = ?3 ORDER BY id");
    }

    public bool Exists(string queryId)
    {
        Bind(any, queryId);
        try
        {
            return any.Step();
        }
        finally
        {
            any.Reset();
        }
    }

    /// <summary>The newest record's sequence number, and how many records there are; null where there is none.</summary>
    public (long Sequence, int Attempts)? Find(string queryId)
    {
        Bind(summary, queryId);
        try
        {
            summary.Step();
            return summary.Int64(1) > 0 ? (summary.Int64(0), (int)summary.Int64(1)) : null;
        }
        finally
        {
            summary.Reset();
        }
    }

    /// <summary>All reports of the query's outcome in the order of their arrival.</summary>
    public IReadOnlyList<ReportedOutcome> Outcomes(string queryId)
    {
        Bind(outcomes, queryId);
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
        any.Dispose();
        summary.Dispose();
        outcomes.Dispose();
    }

    private void Bind(SqliteStatement statement, string queryId)
    {
        statement.Bind(1, QueryCodes.Hash(project, queryId));
        statement.Bind(2, queryId);
        statement.Bind(3, project);
    }
}
