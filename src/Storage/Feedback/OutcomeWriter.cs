using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Core.Serving;
using Progeny.Storage.Serving;

namespace Progeny.Storage.Feedback;

/// <summary>Inserts reports of outcomes; used by one thread.</summary>
internal sealed class OutcomeWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement selectAll = new(
        connection, "SELECT value, observed_at, reported_at, late FROM outcomes INDEXED BY outcomes_by_hash WHERE hash = ?1 AND project = ?2 AND query_id = ?3 ORDER BY id");

    private readonly SqliteStatement insert = new(
        connection, "INSERT INTO outcomes (hash, project, query_id, value, observed_at, reported_at, late) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    /// <summary>Stores a report, unless it is known, within the transaction that is open.</summary>
    public OutcomeChange Report(string project, ReportedOutcome outcome)
    {
        var hash = QueryHash.Of(project, outcome.QueryId);
        var observed = outcome.ObservedAt is { } at ? QueryCodes.Encode(at) : (long?)null;
        var change = Compare(hash, project, outcome, observed);
        if (change == OutcomeChange.None)
            return change;
        insert.Bind(1, hash);
        insert.Bind(2, project);
        insert.Bind(3, outcome.QueryId);
        insert.Bind(4, outcome.Value);
        insert.Bind(5, observed);
        insert.Bind(6, QueryCodes.Encode(outcome.ReportedAt));
        insert.Bind(7, change == OutcomeChange.Late ? 1L : 0L);
        insert.Execute();
        return change;
    }

    public void Dispose()
    {
        selectAll.Dispose();
        insert.Dispose();
    }

    private OutcomeChange Compare(long hash, string project, ReportedOutcome outcome, long? observed)
    {
        selectAll.Bind(1, hash);
        selectAll.Bind(2, project);
        selectAll.Bind(3, outcome.QueryId);
        var change = OutcomeChange.First;
        try
        {
            while (selectAll.Step())
            {
                var (sameValue, at, counts) = (selectAll.Text(0) == outcome.Value, selectAll.IsNull(1) ? (long?)null : selectAll.Int64(1), selectAll.Int64(3) == 0);
                if (sameValue && (observed is null ? outcome.IsReread : at == observed))
                    return OutcomeChange.None;

                // The last one that counts decides. A report without a time says nothing against the time that is known.
                if (counts && observed is null)
                    change = sameValue ? OutcomeChange.None : OutcomeChange.Correction;
                else if (counts)
                    change = observed < (at ?? selectAll.Int64(2)) ? OutcomeChange.Late : OutcomeChange.Correction;
            }

            return change;
        }
        finally
        {
            selectAll.Reset();
        }
    }
}
