using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;

namespace Progeny.Storage.Feedback;

/// <summary>Finds the first report of a query's outcome, and the one that counts, before an offset, over one reader's snapshot.</summary>
/// <remarks>Left to itself SQLite may search for a query's reports among all of its project's, which are as many as there ever
/// were.</remarks>
internal sealed class ReportProbe : IDisposable
{
    private readonly string project;
    private readonly SqliteStatement any;
    private readonly SqliteStatement both;

    public ReportProbe(SqliteConnection connection, string project, long before)
    {
        this.project = project;
        any = new SqliteStatement(connection, "SELECT 1 FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 LIMIT 1");
        // The first report counts always; a query may have any number of others.
        const string Counting = "SELECT id FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND late = 0 AND id < ?4 AND query_id = ?2 AND project = ?3 ORDER BY id";
        both = new SqliteStatement(connection, $"SELECT ({Counting} LIMIT 1), ({Counting} DESC LIMIT 1)");
        both.Bind(3, project);
        both.Bind(4, before);
    }

    /// <summary>The places of the reports; null: there is none.</summary>
    public (long First, long Last)? Find(string queryId) => Find(QueryHash.Of(project, queryId), queryId);

    /// <inheritdoc cref="Find(string)"/>
    public (long First, long Last)? Find(QueryBatchReader reader)
    {
        // Most records have no outcome yet, and their id need not be made a text to know it.
        any.Bind(1, reader.Hash);
        var hit = any.Step();
        any.Reset();
        return hit ? Find(reader.Hash, reader.QueryId) : null;
    }

    public void Dispose()
    {
        any.Dispose();
        both.Dispose();
    }

    private (long First, long Last)? Find(long hash, string queryId)
    {
        both.Bind(1, hash);
        both.Bind(2, queryId);
        try
        {
            both.Step();
            return both.IsNull(1) ? null : (both.Int64(0), both.Int64(1));
        }
        finally
        {
            both.Reset();
        }
    }
}
