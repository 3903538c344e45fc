using Microsoft.Data.Sqlite;
using Progeny.Storage.Common;

namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>Searches the index by query id for many hashes at once: each page is read once for all of them.</summary>
/// <param name="recent">What no run of the index holds yet, taken before the reader's snapshot began.</param>
internal sealed class IdSearch(SqliteConnection connection, RecentIds recent)
{
    /// <summary>By the sequence number of a record the indexes of the hashes that it may have.</summary>
    public SortedDictionary<long, List<int>> Find(IReadOnlyList<long> hashes)
    {
        var wanted = new Dictionary<uint, List<int>>();
        for (var i = 0; i < hashes.Count; i++)
        {
            var key = IdBlock.KeyOf(hashes[i]);
            if (!wanted.TryGetValue(key, out var sharing))
                wanted.Add(key, sharing = []);
            sharing.Add(i);
        }

        var candidates = new SortedDictionary<long, List<int>>();
        if (wanted.Count == 1)
            FindOneRecent(wanted.First(), candidates);
        else
            FindRecent(wanted, candidates);
        FindInRuns(wanted, candidates);
        return candidates;
    }

    private void FindOneRecent(KeyValuePair<uint, List<int>> wanted, SortedDictionary<long, List<int>> candidates)
    {
        var sequences = new List<long>();
        recent.Find(wanted.Key, sequences);
        foreach (var sequence in sequences)
            candidates[sequence] = wanted.Value;
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
}
