using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>
/// This silo's buffer before the query log: gathers records for 50 ms or until there are 1,000, and writes them in one transaction.
/// Stops after all that answers queries has stopped, and then writes what is left.
/// </summary>
internal sealed partial class QueryLogBuffer(IQueryLog log, TimeProvider time, ILogger<QueryLogBuffer> logger) : BackgroundService
{
    private const int MostWaiting = 100_000;
    private const int BatchRecords = 1_000;

    // Half of the 100 ms that may be lost: the other half is for the disk.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long dropped;

    /// <summary>How many requests were not logged because the disk stood still for too long.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Takes an entry; completes at once, or with <see cref="QueryLogMode.Durable"/> when it is on disk.</summary>
    /// <returns>False where the entry could not be taken or written.</returns>
    public ValueTask<bool> AddAsync(QueryLogEntry entry)
    {
        switch (entry.Served.Manifest.Serving.Log)
        {
            case QueryLogMode.None:
                return ValueTask.FromResult(true);
            case QueryLogMode.Fast:
                if (waiting.Writer.TryWrite(new Waiting(entry, null, time.GetTimestamp())))
                    return ValueTask.FromResult(true);
                Interlocked.Increment(ref dropped);
                return ValueTask.FromResult(false);
            default:
                var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                return waiting.Writer.TryWrite(new Waiting(entry, written, time.GetTimestamp())) ? new ValueTask<bool>(written.Task) : ValueTask.FromResult(false);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Runs until the buffer is completed and empty; the token of the host does not cut it short.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>();
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await GatherAsync(batch, stoppingToken);
            await WriteAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    private async Task GatherAsync(List<Waiting> batch, CancellationToken stoppingToken)
    {
        var records = 0;
        var durable = false;
        Take();
        if (batch.Count == 0)
            return;

        // What came while the last batch was written has waited already.
        var left = Gather - time.GetElapsedTime(batch[0].Since);
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, deadline.Token);
        try
        {
            // Somebody waits for the disk, or the node stops: what has gathered is written now.
            while (!durable && records < BatchRecords && await waiting.Reader.WaitToReadAsync(until.Token))
                Take();
        }
        catch (OperationCanceledException)
        {
            // The time to gather is over.
        }

        void Take()
        {
            while (records < BatchRecords && waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
                records += next.Entry.QueryIds.Length;
                durable |= next.Written is not null;
            }
        }
    }

    private async Task WriteAsync(List<Waiting> batch, CancellationToken stoppingToken)
    {
        var records = new List<QueryRecord>();
        foreach (var entry in batch)
            AddRecords(entry, records);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await log.AppendAsync(records, CancellationToken.None);
                foreach (var entry in batch)
                    entry.Written?.TrySetResult(true);
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogAppendFailed(logger, exception, records.Count, attempt);
                // Those who wait for the disk are told at once; the records stay and are tried again, unless the node is stopping.
                foreach (var entry in batch)
                    entry.Written?.TrySetResult(false);
                if (stoppingToken.IsCancellationRequested && attempt >= 3)
                {
                    Interlocked.Add(ref dropped, batch.Count);
                    return;
                }

                await Task.Delay(Retry, time, CancellationToken.None);
            }
        }
    }

    private void AddRecords(Waiting entry, List<QueryRecord> records)
    {
        var before = records.Count;
        try
        {
            records.AddRange(entry.Entry.ToRecords());
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One query that cannot be written out must not stop the log of all others.
            records.RemoveRange(before, records.Count - before);
            Interlocked.Increment(ref dropped);
            entry.Written?.TrySetResult(false);
            LogEntryLost(logger, exception, entry.Entry.QueryIds[0]);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Query {QueryId} cannot be written to the log and is lost to it")]
    private static partial void LogEntryLost(ILogger logger, Exception exception, string queryId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The query log cannot be written ({Records} records, attempt {Attempt}); trying again")]
    private static partial void LogAppendFailed(ILogger logger, Exception exception, int records, int attempt);

    private readonly record struct Waiting(QueryLogEntry Entry, TaskCompletionSource<bool>? Written, long Since);
}
