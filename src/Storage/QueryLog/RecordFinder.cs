using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog;

/// <summary>
/// Finds the records of many query ids of a project at once, over one reader's snapshot: each segment of the log is read once for all of
/// them.
/// </summary>
internal sealed class RecordFinder(ILogSnapshot snapshot, string project)
{
    /// <summary>Calls back for every record with one of the ids, in the order of the log.</summary>
    /// <param name="ids">The ids, each once.</param>
    /// <param name="found">Told the index of the id, the record's sequence number, and a reader that stands on the record.</param>
    public void Find(IReadOnlyList<string> ids, Action<int, long, QueryBatchReader> found)
    {
        if (ids.Count == 0)
            return;
        var candidates = snapshot.FindCandidates([.. ids.Select(id => QueryHash.Of(project, id))]);
        using var cursor = new SegmentCursor(snapshot.ReadHolding([.. candidates.Keys]));
        foreach (var (sequence, sharing) in candidates)
        {
            if (cursor.MoveTo(sequence) is not { } reader || reader.Batch.Project != project)
                continue;
            var id = reader.QueryId;
            foreach (var index in sharing)
            {
                if (ids[index] == id)
                    found(index, sequence, reader);
            }
        }
    }
}
