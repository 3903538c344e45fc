using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <summary>
/// Reads the query log behind what the perfdb holds, and sends summaries of it to the grains of their generations. After a start that is
/// what the process before had not sent; it is read in parts, beside the queries. Of a cluster one silo reads the log, which all of them
/// write. Counts of generations that log nothing are sent by each silo.
/// </summary>
internal sealed partial class SummaryPublisher(
    IQueryLogTail log,
    IMetricsStore store,
    ServingMeters meters,
    IGrainFactory grains,
    Leadership leadership,
    IOptions<MetricsOptions> options,
    SiloStop stop,
    TimeProvider time,
    ILogger<SummaryPublisher> logger) : BackgroundService
{
    // A read that finds fewer records has reached the end of the log.
    private const int RecordsBehind = 1_000;

    private static readonly TimeSpan MaxReadInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly TimeSpan interval = TimeSpan.FromSeconds(options.Value.PublishSeconds);
    private readonly UnloggedCounts unlogged = new(meters);
    private LogFold? fold;

    /// <summary>Sends the counts that no log holds. The log is read on after the next start.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SendAsync(unlogged.Close(time.GetUtcNow()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, stop.Token);
        while (!either.IsCancellationRequested)
        {
            try
            {
                // What another silo has begun is read on from where the perfdb stands.
                fold = leadership.IsLeader ? fold ?? await BeginAsync(either.Token) : null;
                var begin = time.GetUtcNow();
                var end = MetricsResolution.StartOf(begin, interval) + interval;
                await (fold is null ? Task.Delay(end - begin, time, either.Token) : ReadAsync(fold, end - begin, either.Token));
                var now = time.GetUtcNow();
                // What was counted until the end of a window belongs to it.
                if (!await SendAsync([.. fold?.Close() ?? [], .. unlogged.Close(now < end ? now : end.AddTicks(-1))]))
                    await Task.Delay(Retry, time, either.Token);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && either.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogReadFailed(logger, exception);
                await Task.Delay(Retry, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<LogFold> BeginAsync(CancellationToken cancellationToken)
    {
        var source = await log.ReadIdAsync(cancellationToken);
        var cursors = await store.ReadCursorsAsync(source, cancellationToken);
        return new LogFold(source, cursors, await log.FindStartAsync(cursors, cancellationToken));
    }

    /// <summary>Folds what comes to the log for a while, or until the fold is full.</summary>
    private async Task ReadAsync(LogFold to, TimeSpan length, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (!to.IsFull)
        {
            var started = time.GetTimestamp();
            var segments = await log.ReadAsync(to.Position, cancellationToken);
            foreach (var segment in segments)
                Add(to, segment);
            if (length - time.GetElapsedTime(begin) is not { Ticks: > 0 } left)
                return;
            // What has gathered is read with half a processor at most: queries come first.
            var pause = segments.Sum(segment => segment.Batch.Count) < RecordsBehind ? MaxReadInterval : time.GetElapsedTime(started);
            await Task.Delay(left < pause ? left : pause, time, cancellationToken);
        }
    }

    private void Add(LogFold to, Segment segment)
    {
        try
        {
            to.Add(segment);
        }
        catch (InvalidDataException exception)
        {
            LogDamaged(logger, exception, segment.Batch.Generation.ToString(), segment.First, segment.End - 1);
        }
    }

    /// <returns>Whether the perfdb holds all of them.</returns>
    private async Task<bool> SendAsync(IReadOnlyList<GenerationSummary> summaries)
    {
        var sent = await Task.WhenAll(summaries.GroupBy(summary => summary.Generation).Select(SendInOrderAsync));
        var confirmed = 0;
        foreach (var (summary, cursor) in sent.SelectMany(one => one))
        {
            confirmed += cursor == summary.Through ? 1 : 0;
            if (!summary.IsLogged)
                unlogged.Settle(summary, cursor);
            else if (cursor == summary.Through)
                fold?.Confirm(summary);
            else
                fold = null; // the perfdb stands elsewhere: the log is folded anew from there
        }

        return confirmed == summaries.Count;
    }

    /// <summary>
    /// Sends summaries of one generation up to the first that is not counted. A generation that fails does not hold up the others.
    /// </summary>
    private async Task<IReadOnlyList<(GenerationSummary Summary, long Cursor)>> SendInOrderAsync(IEnumerable<GenerationSummary> summaries)
    {
        var sent = new List<(GenerationSummary Summary, long Cursor)>();
        foreach (var summary in summaries)
        {
            try
            {
                sent.Add((summary, await grains.GetGrain<IMetricsGrain>(summary.Generation.ToString()).Count(summary)));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (!stop.Token.IsCancellationRequested || !summary.IsLogged)
                    LogNotStored(logger, exception, summary.Generation.ToString());
                break;
            }

            if (sent[^1].Cursor != summary.Through)
                break;
        }

        return sent;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Generation}: a summary of metrics could not be stored; trying again")]
    private static partial void LogNotStored(ILogger logger, Exception exception, string generation);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Generation}: records {First} to {Last} of the query log are damaged and not counted in the metrics")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string generation, long first, long last);

    [LoggerMessage(Level = LogLevel.Error, Message = "The query log could not be read for the metrics; trying again")]
    private static partial void LogReadFailed(ILogger logger, Exception exception);
}
