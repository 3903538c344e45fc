using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Finds reports in SQLite, one question for each query.</summary>
/// <remarks>Left to itself SQLite may search for a query's reports among all of its project's, which are as many as there ever
/// were.</remarks>
internal sealed class SqliteReportProbe : IReportProbe
{
    // The first report counts always; a query may have any number of others.
    private const string Counting = "FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND late = 0 AND id < ?4 AND query_id = ?2 "
        + "AND project = ?3 ORDER BY id";

    private readonly string project;
    private readonly SqliteStatement any;
    private readonly SqliteStatement both;
    private readonly SqliteStatement last;

    public SqliteReportProbe(SqliteConnection connection, string project, long before)
    {
        this.project = project;
        any = new SqliteStatement(connection, "SELECT 1 FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 LIMIT 1");
        both = new SqliteStatement(connection, $"SELECT (SELECT id {Counting} LIMIT 1), (SELECT id {Counting} DESC LIMIT 1)");
        last = new SqliteStatement(connection, $"SELECT value {Counting} DESC LIMIT 1");
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[both, last])
        {
            statement.Bind(3, project);
            statement.Bind(4, before);
        }
    }

    /// <inheritdoc/>
    public void Load(IReadOnlyList<Segment> segments)
    {
        // Nothing is gained by asking in advance.
    }

    /// <inheritdoc/>
    public void Load(IReadOnlyCollection<string> queryIds)
    {
        // Nothing is gained by asking in advance.
    }

    /// <inheritdoc/>
    public (long First, long Last)? Find(string queryId) => Find(QueryHash.Of(project, queryId), queryId);

    /// <inheritdoc/>
    public (long First, long Last)? Find(QueryBatchReader reader) => HasAny(reader.Hash) ? Find(reader.Hash, reader.QueryId) : null;

    /// <inheritdoc/>
    public string? FindValue(QueryBatchReader reader)
    {
        var hash = reader.Hash;
        if (!HasAny(hash))
            return null;
        last.Bind(1, hash);
        last.Bind(2, reader.QueryId);
        try
        {
            return last.Step() ? last.Text(0) : null;
        }
        finally
        {
            last.Reset();
        }
    }

    public void Dispose()
    {
        any.Dispose();
        both.Dispose();
        last.Dispose();
    }

    /// <summary>Most records have no outcome yet, and their id need not be made a text to know it.</summary>
    private bool HasAny(long hash)
    {
        any.Bind(1, hash);
        var hit = any.Step();
        any.Reset();
        return hit;
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
