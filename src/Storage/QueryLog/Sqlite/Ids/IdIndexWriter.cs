using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>The index by query id, for the writer: keys gather in memory, and each full block becomes a run.</summary>
internal sealed class IdIndexWriter : IDisposable
{
    private readonly List<IdBlock> blocks = [];
    private readonly SqliteConnection connection;
    private volatile RecentIds published = new([], 0);
    private long last;

    public IdIndexWriter(SqliteConnection connection)
    {
        this.connection = connection;
        Runs = new IdRuns(connection);
        Rebuild();
    }

    public IdRuns Runs { get; }

    /// <summary>What is committed and in no run yet; for readers, who take it before they take their snapshot of the runs.</summary>
    public RecentIds Recent => published;

    public void Add(long sequence, long hash)
    {
        var start = IdBlock.StartOf(sequence);
        while (blocks.Count > 0 && blocks[0].Start != start)
            Write(blocks[0]);
        if (blocks.Count == 0)
            blocks.Add(new IdBlock(start, new uint[IdBlock.Size]));
        blocks[0].Keys[sequence - start] = IdBlock.KeyOf(hash);
        last = sequence;
        if (sequence == start + IdBlock.Size - 1)
            Write(blocks[0]);
    }

    /// <summary>Shows readers what has been committed.</summary>
    public void Publish() => published = new RecentIds([.. blocks], last);

    /// <summary>Takes over what the file holds; after a rollback, too.</summary>
    public void Reload()
    {
        Runs.Reload();
        Rebuild();
    }

    public void Dispose() => Runs.Dispose();

    private void Rebuild()
    {
        blocks.Clear();
        var end = Runs.End;
        last = end - 1;
        using var segments = new SegmentScan(connection, SegmentScan.From + " ORDER BY s.first");
        segments.Bind(1, end);
        while (segments.Read() is { } segment)
        {
            var reader = new QueryBatchReader(segment.Batch);
            while (reader.Read())
            {
                if (segment.First + reader.Index >= end)
                    Keep(segment.First + reader.Index, reader.Hash);
            }
        }

        Publish();
    }

    /// <summary>Without writing runs: a file is read here whose transaction is not open.</summary>
    private void Keep(long sequence, long hash)
    {
        var start = IdBlock.StartOf(sequence);
        if (blocks.Count == 0 || blocks[^1].Start != start)
            blocks.Add(new IdBlock(start, new uint[IdBlock.Size]));
        blocks[^1].Keys[sequence - start] = IdBlock.KeyOf(hash);
        last = sequence;
    }

    private void Write(IdBlock block)
    {
        Runs.Add(block, (int)Math.Min(IdBlock.Size, last - block.Start + 1));
        blocks.Remove(block);
    }
}
