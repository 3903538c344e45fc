using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <summary>
/// Publishes what this silo counted, window by window. A stream in memory forgets what was under way when a silo dies or the perfdb
/// fails, so a summary is kept until the grain says that it is stored; with the next window the missing ones are handed to it directly.
/// What is left when the node stops goes to the perfdb itself, since the silo has stopped by then.
/// </summary>
internal sealed partial class SummaryPublisher(
    SummaryCollector collector,
    IMetricsStore store,
    IServiceProvider services,
    IOptions<MetricsOptions> options,
    SiloStop stop,
    TimeProvider time,
    ILogger<SummaryPublisher> logger) : BackgroundService
{
    private readonly TimeSpan interval = TimeSpan.FromSeconds(options.Value.PublishSeconds);
    private readonly SummaryOutbox outbox = new();
    private readonly string silo = Environment.MachineName;
    private long lost;

    /// <summary>How many summaries were given up because the perfdb stood still.</summary>
    public long Lost => Interlocked.Read(ref lost);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Collect(time.GetUtcNow());
        if (outbox.Count == 0)
            return;
        try
        {
            await store.StoreAsync([.. outbox.All], cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogLost(logger, exception, outbox.Count);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // This service is stopped when the silo has stopped already; what it publishes goes to grains.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, stop.Token);
        await PublishAllAsync(either.Token);
    }

    private async Task PublishAllAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = MetricsResolution.StartOf(time.GetUtcNow(), interval) + interval;
            try
            {
                await Task.Delay(next - time.GetUtcNow(), time, stoppingToken);
                await ConfirmAsync(stoppingToken);
                // What was counted until the end of a window belongs to it.
                await PublishAsync(Collect(next.AddTicks(-1)));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogPublishFailed(logger, exception, outbox.Count);
            }
        }
    }

    private IReadOnlyList<GenerationSummary> Collect(DateTimeOffset at)
    {
        var summaries = collector.Collect(at, silo);
        outbox.Add(summaries, time.GetUtcNow());
        Interlocked.Exchange(ref lost, outbox.Lost);
        return summaries;
    }

    private async Task PublishAsync(IReadOnlyList<GenerationSummary> summaries)
    {
        if (summaries.Count == 0)
            return;
        var streams = services.GetRequiredKeyedService<IStreamProvider>(StreamNames.Provider);
        foreach (var summary in summaries)
            await streams.GetStream<GenerationSummary>(StreamId.Create(StreamNames.Metrics, summary.Generation.ToString())).OnNextAsync(summary);
    }

    /// <summary>Asks after everything that was published before, and hands over what has not arrived.</summary>
    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        foreach (var (generation, summaries) in outbox.ByGeneration())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var grain = grains.GetGrain<IMetricsGrain>(generation.ToString());
                var missing = (await grain.Missing([.. summaries.Select(summary => summary.Id)])).ToHashSet();
                if (missing.Count > 0)
                    await grain.Store([.. summaries.Where(summary => missing.Contains(summary.Id))]);
                outbox.Confirm(summaries.Select(summary => summary.Id).ToHashSet());
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
            {
                // One generation must not hold up the others; this one is asked after again with the next window.
                LogStoreFailed(logger, exception, generation.ToString(), summaries.Count);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Generation}: {Count} summaries of metrics could not be stored; trying again")]
    private static partial void LogStoreFailed(ILogger logger, Exception exception, string generation, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Metrics could not be published ({Waiting} summaries wait); trying again")]
    private static partial void LogPublishFailed(ILogger logger, Exception exception, int waiting);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} summaries of metrics could not be stored before the node stopped and are lost")]
    private static partial void LogLost(ILogger logger, Exception exception, int count);
}
