using System.Threading.Channels;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>
/// Batches that wait for somebody who may be slow: as many as the bounds allow, and what comes beyond is dropped and counted. One batch
/// always finds room, however large it is.
/// </summary>
/// <param name="maxRecords">The most records that wait.</param>
/// <param name="maxBytes">The most bytes of records that wait.</param>
public sealed class BoundedBatches(int maxRecords, long maxBytes)
{
    private readonly Channel<QueryBatch> waiting = Channel.CreateUnbounded<QueryBatch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock gate = new();
    private long records;
    private long bytes;
    private long dropped;

    /// <summary>How many records wait.</summary>
    public long Waiting
    {
        get
        {
            lock (gate)
                return records;
        }
    }

    /// <summary>How many records were dropped.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Adds a batch; false: it was dropped.</summary>
    public bool TryAdd(QueryBatch batch)
    {
        lock (gate)
        {
            if ((records == 0 || (records + batch.Count <= maxRecords && bytes + batch.Data.Length <= maxBytes))
                && waiting.Writer.TryWrite(batch))
            {
                records += batch.Count;
                bytes += batch.Data.Length;
                return true;
            }
        }

        Drop(batch.Count);
        return false;
    }

    /// <summary>Counts records that were lost later than here.</summary>
    public void Drop(int count) => Interlocked.Add(ref dropped, count);

    /// <summary>Whether there is a batch or will be one; false once it is complete and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => waiting.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes the oldest batch. Its room is free again only when <see cref="Free"/> is called.</summary>
    public bool TryTake(out QueryBatch batch) => waiting.Reader.TryRead(out batch!);

    /// <summary>Gives up the room of a batch that was taken.</summary>
    public void Free(QueryBatch batch)
    {
        lock (gate)
        {
            records -= batch.Count;
            bytes -= batch.Data.Length;
        }
    }

    /// <summary>Nothing more will be added.</summary>
    public void Complete() => waiting.Writer.TryComplete();
}
