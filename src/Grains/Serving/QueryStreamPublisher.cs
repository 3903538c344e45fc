using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.PubSub;
using Progeny.Abstractions.Registry;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>
/// Publishes what happened to queries on the stream of their project, while somebody subscribes it. Whoever is slow loses records, never
/// slows the log: what waits here is bounded, and so is what the stream keeps.
/// </summary>
internal sealed partial class QueryStreamPublisher(IClusterClient client, TimeProvider time, ILogger<QueryStreamPublisher> logger)
    : BackgroundService, IQueryBatchSink, IQueryOutlet
{
    /// <summary>The most bytes of a batch that a stream of the packages carries: its blocks have a MiB.</summary>
    internal const int MostBatchBytes = 900_000;

    private const int MostRecords = 100_000;
    private const long MostBytes = 32L << 20;

    // How long a subscription may be new before it is heard of, and old before its end is.
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private readonly BoundedBatches batches = new(MostRecords, MostBytes);
    private readonly ConcurrentDictionary<string, Listeners> projects = new(StringComparer.Ordinal);
    private long published;
    private long warnedAt;

    public string Name => "stream";

    public long Published => Interlocked.Read(ref published);

    public long Dropped => batches.Dropped;

    public long Waiting => batches.Waiting;

    public void Accept(QueryBatch batch)
    {
        var listeners = projects.GetOrAdd(batch.Project, static _ => new Listeners());
        listeners.IsActive = true;
        if (!listeners.Any)
            return;
        if (batch.Data.Length <= MostBatchBytes)
            batches.TryAdd(batch);
        else
            batches.Drop(batch.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var provider = client.GetStreamProvider(StreamNames.QueryProvider);
        if (!provider.TryGetStreamSubscriptionManager(out var manager))
            throw new InvalidOperationException($"The streams '{StreamNames.QueryProvider}' do not say who subscribes them.");
        await Task.WhenAll(AskAsync(manager, stoppingToken), PublishAsync(provider, stoppingToken));
    }

    private static StreamId StreamOf(string project) => StreamId.Create(StreamNames.Queries, project);

    /// <summary>Asks who listens, for each project that has had queries since it was asked last.</summary>
    private async Task AskAsync(Orleans.Streams.Core.IStreamSubscriptionManager manager, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AskInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (project, listeners) in projects)
            {
                if (!listeners.IsActive)
                    continue;
                listeners.IsActive = false;
                try
                {
                    listeners.Any = (await manager.GetSubscriptions(StreamNames.QueryProvider, StreamOf(project))).Any();
                }
                catch (Exception exception) when (exception is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
                {
                    Warn(exception, project);
                }
            }
        }
    }

    private async Task PublishAsync(IStreamProvider provider, CancellationToken stoppingToken)
    {
        while (await batches.WaitAsync(stoppingToken))
        {
            while (batches.TryTake(out var batch))
            {
                try
                {
                    await provider.GetStream<QueryBatch>(StreamOf(batch.Project)).OnNextAsync(batch).WaitAsync(stoppingToken);
                    Interlocked.Add(ref published, batch.Count);
                }
                catch (Exception exception) when (exception is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
                {
                    batches.Drop(batch.Count);
                    Warn(exception, batch.Project);
                }
                finally
                {
                    batches.Free(batch);
                }
            }
        }
    }

    private void Warn(Exception exception, string project)
    {
        if (warnedAt != 0 && time.GetElapsedTime(warnedAt) < WarnInterval)
            return;
        warnedAt = time.GetTimestamp();
        LogNotPublished(logger, exception, project);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: what happened to queries could not be published on their stream")]
    private static partial void LogNotPublished(ILogger logger, Exception exception, string project);

    /// <summary>Whether anybody subscribes the stream of a project.</summary>
    private sealed class Listeners
    {
        public volatile bool IsActive;
        public volatile bool Any;
    }
}
