using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Sqlite;

/// <summary>Inserts reports of outcomes; used by one thread.</summary>
internal sealed class OutcomeWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement last = new(
        connection,
        """
        SELECT value, observed_at, reported_at FROM outcomes INDEXED BY outcomes_by_hash
        WHERE hash = ?1 AND late = 0 AND project = ?2 AND query_id = ?3 ORDER BY id DESC LIMIT 1
        """);

    private readonly SqliteStatement sameValue = new(
        connection,
        "SELECT 1 FROM outcomes INDEXED BY outcomes_by_value WHERE hash = ?1 AND value = ?4 AND project = ?2 AND query_id = ?3 LIMIT 1");

    private readonly SqliteStatement sameObservation = new(
        connection,
        "SELECT 1 FROM outcomes INDEXED BY outcomes_by_value WHERE hash = ?1 AND value = ?4 AND observed_at = ?5 AND project = ?2 AND "
            + "query_id = ?3 LIMIT 1");

    private readonly SqliteStatement insert = new(
        connection,
        "INSERT INTO outcomes (hash, project, query_id, value, observed_at, reported_at, late) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

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
        last.Dispose();
        sameValue.Dispose();
        sameObservation.Dispose();
        insert.Dispose();
    }

    /// <remarks>Costs the same however many reports the query has: anybody can correct one query without end.</remarks>
    private OutcomeChange Compare(long hash, string project, ReportedOutcome outcome, long? observed)
    {
        BindQuery(last, hash, project, outcome);
        bool isSame;
        long until;
        try
        {
            if (!last.Step())
                return OutcomeChange.First;
            isSame = last.Text(0) == outcome.Value;
            until = last.Int64(last.IsNull(1) ? 2 : 1);
        }
        finally
        {
            last.Reset();
        }

        if (IsKnown(hash, project, outcome, observed))
            return OutcomeChange.None;

        // The last one that counts decides. A report without a time says nothing against the time that is known.
        if (observed is null)
            return isSame ? OutcomeChange.None : OutcomeChange.Correction;
        return observed < until ? OutcomeChange.Late : OutcomeChange.Correction;
    }

    private bool IsKnown(long hash, string project, ReportedOutcome outcome, long? observed)
    {
        if (observed is null && !outcome.IsReread)
            return false;
        var known = observed is null ? sameValue : sameObservation;
        BindQuery(known, hash, project, outcome);
        known.Bind(4, outcome.Value);
        if (observed is { } at)
            known.Bind(5, at);
        try
        {
            return known.Step();
        }
        finally
        {
            known.Reset();
        }
    }

    private static void BindQuery(SqliteStatement statement, long hash, string project, ReportedOutcome outcome)
    {
        statement.Bind(1, hash);
        statement.Bind(2, project);
        statement.Bind(3, outcome.QueryId);
    }
}
