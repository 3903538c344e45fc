using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>
/// The part of the buffer for records whose queries are answered when they are on disk. Records that come while the disk is busy share the
/// next flush.
/// </summary>
/// <remarks>
/// A thread of its own writes what gathers. A query that comes alone writes its record itself: waking another thread and being woken by it
/// takes as long as a flush of a fast disk. While the last write was slow, the thread writes those as well.
/// </remarks>
internal sealed partial class GroupCommit : IDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    // A thread of the pool that waits for longer is missed by other queries: there are as many as processors.
    private static readonly TimeSpan QuickWrite = TimeSpan.FromMilliseconds(20);

    private readonly IQueryLog log;
    private readonly Action<IReadOnlyList<QueryBatch>, bool> ended;
    private readonly ILogger logger;
    private readonly QueryLogStripe[] stripes;
    private readonly List<TaskCompletionSource<bool>> waiters = [];
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly Thread thread;
    private int raised;
    private int together;
    private volatile bool slow;
    private volatile bool refusing;
    private volatile bool stopping;
    private long reported;

    /// <param name="ended">Gets the records of each flush, and whether they are on disk; called by one thread at a time.</param>
    public GroupCommit(IQueryLog log, int stripes, Action<IReadOnlyList<QueryBatch>, bool> ended, ILogger logger)
    {
        this.log = log;
        this.ended = ended;
        this.logger = logger;
        this.stripes = [.. Enumerable.Range(0, stripes).Select(_ => new QueryLogStripe())];
        thread = new Thread(Run) { IsBackground = true, Name = "query log journal" };
    }

    /// <summary>The number of records that wait to be written.</summary>
    public long Waiting => stripes.Sum(stripe => (long)stripe.Records);

    /// <summary>Whether all records are refused, since those in the journal cannot be brought into the log.</summary>
    public bool Refusing
    {
        get => refusing;
        set => refusing = value;
    }

    public void Start() => thread.Start();

    /// <summary>Takes a request's records.</summary>
    /// <param name="most">The most bytes that may wait.</param>
    /// <returns>Null: there is no room. Otherwise whether they are on disk, once that is known.</returns>
    public ValueTask<bool>? TryAdd(QueryLogEntry entry, long most)
    {
        if (stripes[Thread.GetCurrentProcessorId() % stripes.Length].TryAdd(entry, most / stripes.Length)?.AsTask() is not { } written)
            return null;
        if (Volatile.Read(ref together) <= 1 && !slow && gate.TryEnter())
        {
            try
            {
                Commit(own: written);
            }
            finally
            {
                gate.Exit();
            }
        }
        else if (Interlocked.Exchange(ref raised, 1) == 0)
        {
            wake.Set();
        }

        return new ValueTask<bool>(written);
    }

    /// <summary>Takes no more, writes what was taken, and ends the thread.</summary>
    public void Stop()
    {
        stopping = true;
        wake.Set();
        if (thread.IsAlive)
            thread.Join();
        lock (gate)
            Commit(close: true);
    }

    public void Dispose() => wake.Dispose();

    private void Run()
    {
        while (!stopping)
        {
            wake.WaitOne();
            Volatile.Write(ref raised, 0);
            lock (gate)
                Commit();
        }
    }

    /// <summary>Writes all that waits.</summary>
    /// <param name="own">What the calling thread will wait for; null: nothing.</param>
    private void Commit(bool close = false, Task<bool>? own = null)
    {
        var (builders, requests) = QueryLogStripe.Drain(stripes, close, waiters);
        if (requests == 0)
            return;
        Volatile.Write(ref together, requests);
        var batches = new List<QueryBatch>(builders.Count);
        foreach (var builder in builders.Values)
        {
            batches.AddRange(builder.Take());
            builder.Dispose();
        }

        var started = Stopwatch.GetTimestamp();
        var written = Write(batches);
        slow = Stopwatch.GetElapsedTime(started) > QuickWrite;
        ended(batches, written);
        foreach (var waiter in waiters)
        {
            // Nothing waits yet for a record that its own query writes. Others go on where they are completed, all of a stripe one after
            // the other: not here, where the next records are to be written.
            if (requests == 1 && waiter.Task == own)
                waiter.SetResult(written);
            else
                ThreadPool.UnsafeQueueUserWorkItem(
                    static of => of.Waiter.SetResult(of.Written), (Waiter: waiter, Written: written), preferLocal: false);
        }

        waiters.Clear();
    }

    private bool Write(List<QueryBatch> batches)
    {
        if (refusing)
            return false;
        try
        {
            log.Journal(batches);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (reported == 0 || Stopwatch.GetElapsedTime(reported) > ReportInterval)
            {
                reported = Stopwatch.GetTimestamp();
                LogJournalFailed(logger, exception);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The journal of the query log cannot be written; durable queries are refused")]
    private static partial void LogJournalFailed(ILogger logger, Exception exception);
}
