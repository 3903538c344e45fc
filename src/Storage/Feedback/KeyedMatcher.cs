using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.Feedback;

/// <summary>
/// Finds for each outcome the newest record of its key that is not after it. Records are handed in in any order and checked by their
/// time, newest first, once no newer one can come: then the first that is not after an outcome is the one.
/// </summary>
internal sealed class KeyedMatcher
{
    private readonly Dictionary<string, KeyRows> keys = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(KeyRows Rows, long At, string QueryId), (long At, long Sequence)> records = new();
    private readonly long earliest;
    private int open;

    public KeyedMatcher(IReadOnlyCollection<KeyedRow> rows)
    {
        open = rows.Count;
        earliest = rows.Min(row => row.Earliest);
        foreach (var row in rows.OrderBy(row => row.At))
        {
            if (!keys.TryGetValue(row.Key, out var same))
                keys.Add(row.Key, same = new KeyRows());
            same.Open.Push(row);
        }
    }

    /// <summary>Whether every outcome has its record, or can have none any more.</summary>
    public bool IsDone => open == 0;

    /// <summary>Whether a record may be of use.</summary>
    public bool Wants(string key, long at) => at >= earliest && keys.TryGetValue(key, out var rows) && rows.Want(at);

    /// <param name="key">One that is wanted.</param>
    public void Add(string key, long at, long sequence, string queryId) => records.Enqueue((keys[key], at, queryId), (-at, -sequence));

    /// <summary>Checks the records behind a time; those of that time and before wait, since others may still come.</summary>
    public void Settle(long after)
    {
        while (records.TryPeek(out var record, out _) && record.At > after)
        {
            records.Dequeue();
            open -= record.Rows.Take(record.At, record.QueryId);
        }
    }

    /// <summary>The outcomes of one key.</summary>
    private sealed class KeyRows
    {
        private readonly List<KeyedRow> taken = [];
        private long takenAt = long.MaxValue;
        private string takenBy = "";

        /// <summary>Those without a record, the last in time on top.</summary>
        public Stack<KeyedRow> Open { get; } = [];

        public bool Want(long at) => at == takenAt || (Open.TryPeek(out var last) && at <= last.At);

        /// <returns>How many outcomes are settled by it.</returns>
        public int Take(long at, string queryId)
        {
            if (at == takenAt)
            {
                if (queryId != takenBy)
                    taken.ForEach(row => (row.QueryId, row.Tie) = (null, at));
                return 0;
            }

            var settled = 0;
            taken.Clear();
            (takenAt, takenBy) = (at, queryId);
            for (; Open.TryPeek(out var row) && row.At >= at; settled++)
            {
                Open.Pop();
                if (at < row.Earliest)
                    continue;
                (row.QueryId, row.Tie) = (queryId, null);
                taken.Add(row);
            }

            return settled;
        }
    }
}
