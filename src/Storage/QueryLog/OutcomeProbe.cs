using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog;

/// <summary>Finds the outcome that counts for a record, over one reader's snapshot.</summary>
internal sealed class OutcomeProbe(SqliteConnection connection, string project) : IDisposable
{
    private readonly SqliteStatement any = new(connection, "SELECT 1 FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 LIMIT 1");

    private readonly SqliteStatement last = new(
        connection, "SELECT value FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND query_id = ?2 AND project = ?3 AND late = 0 ORDER BY id DESC LIMIT 1");

    /// <summary>The last outcome reported of the record that a reader stands on; null: none yet.</summary>
    public string? Find(QueryBatchReader reader)
    {
        var hash = reader.Hash;
        any.Bind(1, hash);
        var hit = any.Step();
        any.Reset();
        if (!hit)
            return null;
        last.Bind(1, hash);
        last.Bind(2, reader.QueryId);
        last.Bind(3, project);
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
        last.Dispose();
    }
}
