using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Ids;

namespace Progeny.Storage.QueryLog.Outcomes;

/// <summary>
/// Finds the records of many query ids of a project at once, over one reader's snapshot: each page of the index and each segment of the
/// log is read once for all of them.
/// </summary>
/// <param name="recent">What no run of the index holds yet, taken before the reader's snapshot began.</param>
internal sealed class RecordFinder(SqliteConnection connection, string project, RecentIds recent)
{
    /// <summary>Calls back for every record with one of the ids, in the order of the log.</summary>
    /// <param name="ids">The ids, each once.</param>
    /// <param name="found">Told the index of the id, the record's sequence number, and a reader that stands on the record.</param>
    public void Find(IReadOnlyList<string> ids, Action<int, long, QueryBatchReader> found)
    {
        var wanted = new Dictionary<uint, List<int>>();
        for (var i = 0; i < ids.Count; i++)
        {
            var key = IdBlock.KeyOf(QueryHash.Of(project, ids[i]));
            if (!wanted.TryGetValue(key, out var sharing))
                wanted.Add(key, sharing = []);
            sharing.Add(i);
        }

        var candidates = new SortedDictionary<long, List<int>>();
        FindRecent(wanted, candidates);
        FindInRuns(wanted, candidates);
        Visit(ids, candidates, found);
    }

    private void FindRecent(Dictionary<uint, List<int>> wanted, SortedDictionary<long, List<int>> candidates)
    {
        foreach (var block in recent.Blocks)
        {
            var keys = block.Keys.AsSpan(0, (int)Math.Min(IdBlock.Size, recent.Last - block.Start + 1));
            for (var i = 0; i < keys.Length; i++)
            {
                if (wanted.TryGetValue(keys[i], out var sharing))
                    candidates[block.Start + i] = sharing;
            }
        }
    }

    private void FindInRuns(Dictionary<uint, List<int>> wanted, SortedDictionary<long, List<int>> candidates)
    {
        using var page = new SqliteStatement(connection, "SELECT data FROM id_pages WHERE id = ?1");
        var sequences = new List<long>();
        foreach (var run in Runs())
        {
            foreach (var group in wanted.GroupBy(pair => IdPage.PageOf(pair.Key, run.Level)))
            {
                page.Bind(1, run.KeyOf(group.Key));
                if (page.Step())
                {
                    foreach (var (key, sharing) in group)
                    {
                        sequences.Clear();
                        IdPage.Find(page.Blob(0), key, run.Start, sequences);
                        foreach (var sequence in sequences)
                            candidates[sequence] = sharing;
                    }
                }

                page.Reset();
            }
        }
    }

    private List<IdRun> Runs()
    {
        using var select = new SqliteStatement(connection, "SELECT id, start, level FROM id_runs WHERE state = ?1");
        select.Bind(1, (long)IdRunState.Ready);
        var runs = new List<IdRun>();
        while (select.Step())
            runs.Add(new IdRun(select.Int64(0), select.Int64(1), (int)select.Int64(2), IdRunState.Ready));
        return runs;
    }

    private void Visit(IReadOnlyList<string> ids, SortedDictionary<long, List<int>> candidates, Action<int, long, QueryBatchReader> found)
    {
        using var cursor = new SegmentCursor(connection);
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
