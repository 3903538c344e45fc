using Microsoft.Data.Sqlite;
using Progeny.Core.Feedback;
using Progeny.Core.Serving;
using Progeny.Storage.Serving;

namespace Progeny.Storage.Feedback;

/// <summary>Inserts reports of outcomes; used by one thread.</summary>
internal sealed class OutcomeWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement selectLast = new(
        connection, "SELECT value, observed_at FROM outcomes WHERE hash = ?1 AND project = ?2 AND query_id = ?3 ORDER BY id DESC LIMIT 1");

    private readonly SqliteStatement insert = new(
        connection, "INSERT INTO outcomes (hash, project, query_id, value, observed_at, reported_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    /// <summary>Stores a report, unless it repeats the one that counts, within the transaction that is open.</summary>
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
        insert.Execute();
        return change;
    }

    public void Dispose()
    {
        selectLast.Dispose();
        insert.Dispose();
    }

    // A report that does not say when the outcome came true says nothing against the time that is known.
    private OutcomeChange Compare(long hash, string project, ReportedOutcome outcome, long? observed)
    {
        selectLast.Bind(1, hash);
        selectLast.Bind(2, project);
        selectLast.Bind(3, outcome.QueryId);
        try
        {
            if (!selectLast.Step())
                return OutcomeChange.First;
            var sameTime = observed is null || (!selectLast.IsNull(1) && selectLast.Int64(1) == observed);
            return sameTime && selectLast.Text(0) == outcome.Value ? OutcomeChange.None : OutcomeChange.Correction;
        }
        finally
        {
            selectLast.Reset();
        }
    }
}
