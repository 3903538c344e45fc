using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Storage.QueryLog;

/// <summary>Chooses among the records of a query id, over one reader's snapshot.</summary>
internal sealed class QueryLookup(ILogSnapshot snapshot, string project)
{
    private const int MaxOthers = 100;

    /// <summary>The newest record; null where there is none.</summary>
    public FoundQuery? Find(string queryId)
    {
        // Two processors may write down one client's queries in another order than it asked them, a moment apart.
        return Find(
            queryId,
            (record, sequence, best) => best is not { } known || (record.At, sequence).CompareTo((known.Record.At, known.Sequence)) > 0);
    }

    /// <summary>The record at a place; null where there is none with the id.</summary>
    public FoundQuery? FindAt(string queryId, long wanted) => Find(queryId, (_, sequence, _) => sequence == wanted);

    /// <summary>The last record in the log's order that holds an answer, or else the newest; null where there is none.</summary>
    public FoundQuery? FindAnswered(string queryId) =>
        Find(queryId, (record, sequence, best) => IsAnswer(record) && sequence > (best?.Sequence ?? 0)) ?? Find(queryId);

    private static bool IsAnswer(QueryRecord record) => record.IsAnswered && record.Reason is not Reasons.Failed;

    private FoundQuery? Find(string queryId, Func<QueryRecord, long, (long Sequence, QueryRecord Record)?, bool> isBetter)
    {
        (long Sequence, QueryRecord Record)? best = null;
        var sequences = new List<long>();
        new RecordFinder(snapshot, project).Find([queryId], (_, sequence, reader) =>
        {
            sequences.Add(sequence);
            var record = reader.ToRecord();
            if (isBetter(record, sequence, best))
                best = (sequence, record);
        });
        if (best is not { } found)
            return null;
        sequences.Reverse();
        return new FoundQuery(
            found.Sequence, found.Record, sequences.Count, [.. sequences.Where(sequence => sequence != found.Sequence).Take(MaxOthers)]);
    }
}
