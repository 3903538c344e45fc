using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Manifests;

namespace Progeny.Core.QueryLog;

/// <summary>
/// This silo's buffer before the query log. Queries leave their records in the stripe of their processor; one thread gathers them for 50
/// ms, hands them to the sinks, and writes them in one transaction. Those of a durable log are in the journal by then, which another thread
/// writes.
/// </summary>
public sealed partial class QueryLogBuffer : IDisposable
{
    private const int MaxStripes = 16;
    private const int AttemptsWhenStopping = 3;
    private const int GatherBytes = 1024 * 1024;

    // Half of the 100 ms that may be lost: the other half is for the disk.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FoundWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromMinutes(1);

    private readonly IQueryLog log;
    private readonly BatchPublisher publisher;
    private readonly ILogger<QueryLogBuffer> logger;
    private readonly long maxBytes;
    private readonly QueryLogStripe[] stripes;
    private readonly GroupCommit durable;
    private readonly ConcurrentQueue<IReadOnlyList<QueryBatch>> journaled = [];
    private readonly FlushSignal signal = new(Gather, UpkeepInterval);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread thread;
    private readonly List<QueryBatch> unwritten = [];

    // Held while records go from the stripes to what is unwritten, so that none of them is missing in a count.
    private readonly Lock counting = new();
    private long keptUp;
    private long dropped;
    private long unwrittenRecords;
    private long unwrittenBytes;
    private long takenRecords;
    private long takenBytes;

    /// <param name="maxBytes">The most bytes that wait for the disk; what goes beyond is dropped, or refused where the log is
    /// durable.</param>
    public QueryLogBuffer(
        IQueryLog log, IEnumerable<IQueryBatchSink> sinks, ILogger<QueryLogBuffer> logger, long maxBytes = 64L * 1024 * 1024)
    {
        this.log = log;
        publisher = new BatchPublisher(sinks, logger);
        this.logger = logger;
        this.maxBytes = maxBytes;
        stripes = [.. Enumerable.Range(0, Math.Min(MaxStripes, Environment.ProcessorCount)).Select(_ => new QueryLogStripe())];
        durable = new GroupCommit(log, stripes.Length, EndCommit, logger);
        thread = new Thread(Run) { IsBackground = true, Name = "query log buffer" };
    }

    /// <summary>How many records were not logged: the disk stood still for too long, or they could not be written out.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>How many records wait to be written.</summary>
    public long Waiting
    {
        get
        {
            lock (counting)
                return Interlocked.Read(ref unwrittenRecords) + durable.Waiting + stripes.Sum(stripe => (long)stripe.Records);
        }
    }

    /// <summary>Starts the threads that write.</summary>
    public void Start()
    {
        durable.Start();
        thread.Start();
    }

    /// <summary>Takes no more, and completes when what was taken is written, or cannot be.</summary>
    public Task StopAsync()
    {
        signal.Stop();
        return ended.Task;
    }

    /// <summary>
    /// Takes the records of an entry, which are written out before this returns; what the entry refers to may then be reused. Completes at
    /// once, or with <see cref="QueryLogMode.Durable"/> when they are on disk.
    /// </summary>
    /// <returns>False where the records could not be taken or written; those of a durable log are then never written.</returns>
    public ValueTask<bool> AddAsync(QueryLogEntry entry)
    {
        var mode = entry.Plan.Mode;
        if (mode == QueryLogMode.None)
            return ValueTask.FromResult(true);
        try
        {
            var room = Math.Max(0, maxBytes - Interlocked.Read(ref unwrittenBytes));
            if ((mode == QueryLogMode.Durable ? durable.TryAdd(entry, room) : TryAdd(entry, room)) is not { } written)
            {
                Interlocked.Add(ref dropped, entry.QueryIds.Length);
                return ValueTask.FromResult(false);
            }

            return written;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One query that cannot be written out must not stop the log of all others.
            Interlocked.Add(ref dropped, entry.QueryIds.Length);
            LogEntryLost(logger, exception, entry.QueryIds[0]);
            return ValueTask.FromResult(false);
        }
    }

    /// <summary>
    /// Finds a logged query as <see cref="IQueryLog.FindAsync"/> does, one whose record still waits to be written as well, unless the disk
    /// takes a second.
    /// </summary>
    public async Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken)
    {
        if (await log.FindAsync(project, queryId, cancellationToken) is { } found)
            return found;
        await FlushAsync(cancellationToken);
        return await log.FindAsync(project, queryId, cancellationToken);
    }

    /// <summary>Waits until what was taken is written, unless the disk takes more than a second.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var written = stripes[0].WrittenAsync();
        signal.Raise(FlushUrgency.Now);
        await Task.WhenAny(written, Task.Delay(FoundWithin, cancellationToken));
    }

    /// <summary>Frees what the threads waited with. A buffer that was not stopped takes no more; its threads end by themselves.</summary>
    public void Dispose()
    {
        if (thread.IsAlive)
        {
            // A handle that is waited for must stay: disposed of, it would end the process.
            signal.Stop();
            return;
        }

        durable.Dispose();
        signal.Dispose();
    }

    private ValueTask<bool>? TryAdd(QueryLogEntry entry, long room)
    {
        var stripe = stripes[Thread.GetCurrentProcessorId() % stripes.Length];
        var taken = stripe.TryAdd(entry, room / stripes.Length);
        if (taken is not null)
            signal.Raise(stripe.Bytes > GatherBytes ? FlushUrgency.Now : FlushUrgency.Soon);
        return taken;
    }

    /// <summary>Takes over what the journal holds, on the thread that wrote it.</summary>
    private void EndCommit(IReadOnlyList<QueryBatch> batches, bool written)
    {
        var (records, bytes) = Measure(batches);
        if (!written)
        {
            Interlocked.Add(ref dropped, records);
            return;
        }

        Interlocked.Add(ref unwrittenRecords, records);
        Interlocked.Add(ref unwrittenBytes, bytes);
        journaled.Enqueue(batches);
        signal.Raise(FlushUrgency.Soon);
    }

    /// <summary>
    /// The thread. It waits on the clock of the machine: a timer of the thread pool would come late when the pool is busy.
    /// </summary>
    private void Run()
    {
        var failures = 0;
        while (true)
        {
            if (failures > 0)
                signal.Wait(Retry);
            else
                signal.WaitForRecords();
            var last = signal.Take();
            if (last)
                durable.Stop();
            failures = Flush(last) ? 0 : failures + 1;
            durable.Refusing = failures > 0;
            if (!last && Stopwatch.GetElapsedTime(keptUp) >= UpkeepInterval && !KeepUp())
                keptUp = Stopwatch.GetTimestamp();
            if (!last)
                continue;
            if (failures == 0)
                break;
            if (failures >= AttemptsWhenStopping)
            {
                // What is in the journal is brought into the log by the next start.
                Interlocked.Add(ref dropped, unwritten.Sum(batch => batch.Count));
                break;
            }
        }

        ended.SetResult();
    }

    /// <summary>Writes all that waits.</summary>
    /// <returns>False: it could not be written, and is kept.</returns>
    private bool Flush(bool close)
    {
        var waiters = new List<TaskCompletionSource<bool>>();
        Drain(close, waiters);
        var written = TryAppend();
        foreach (var waiter in waiters)
            ThreadPool.UnsafeQueueUserWorkItem(
                static of => of.Waiter.SetResult(of.Written), (Waiter: waiter, Written: written), preferLocal: false);
        return written;
    }

    private bool TryAppend()
    {
        if (takenRecords == 0)
            return true;
        try
        {
            log.Append(unwritten);
        }
        catch (StorageUnavailableException exception)
        {
            LogStorageAway(logger, takenRecords, exception.Message);
            return false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogAppendFailed(logger, exception, takenRecords);
            return false;
        }

        unwritten.Clear();
        Interlocked.Add(ref unwrittenRecords, -takenRecords);
        Interlocked.Add(ref unwrittenBytes, -takenBytes);
        takenRecords = takenBytes = 0;
        return true;
    }

    /// <summary>
    /// Takes what is in the journal and what gathered since the last time, and publishes it, whether the disk works or not.
    /// </summary>
    private void Drain(bool close, List<TaskCompletionSource<bool>> waiters)
    {
        while (journaled.TryDequeue(out var batches))
        {
            Take(batches);
            publisher.Publish(batches);
        }

        var first = unwritten.Count;
        lock (counting)
        {
            foreach (var builder in QueryLogStripe.Drain(stripes, close, waiters).Builders.Values)
            {
                var batches = builder.Take();
                builder.Dispose();
                unwritten.AddRange(batches);
                var (records, bytes) = Take(batches);
                Interlocked.Add(ref unwrittenRecords, records);
                Interlocked.Add(ref unwrittenBytes, bytes);
            }
        }

        publisher.Publish(unwritten[first..]);
    }

    private (long Records, long Bytes) Take(IReadOnlyList<QueryBatch> batches)
    {
        var (records, bytes) = Measure(batches);
        takenRecords += records;
        takenBytes += bytes;
        return (records, bytes);
    }

    private static (long Records, long Bytes) Measure(IReadOnlyList<QueryBatch> batches)
    {
        var (records, bytes) = (0L, 0L);
        foreach (var batch in batches)
        {
            records += batch.Count;
            bytes += batch.Data.Length;
        }

        return (records, bytes);
    }

    /// <returns>Whether there is more to do.</returns>
    private bool KeepUp()
    {
        try
        {
            return log.Upkeep();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogUpkeepFailed(logger, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Query {QueryId} cannot be written to the log and is lost to it")]
    private static partial void LogEntryLost(ILogger logger, Exception exception, string queryId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Records} records wait for the query log: {Reason}")]
    private static partial void LogStorageAway(ILogger logger, long records, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The query log cannot be written ({Records} records); trying again")]
    private static partial void LogAppendFailed(ILogger logger, Exception exception, long records);

    [LoggerMessage(Level = LogLevel.Error, Message = "Old records of the query log could not be removed; trying again")]
    private static partial void LogUpkeepFailed(ILogger logger, Exception exception);
}
