using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Streams.PubSub;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Grains.QueryLog;

/// <summary>
/// Publishes what happened to queries on the stream of their project, while somebody subscribes it. Whoever is slow loses records, never
/// slows the log: what waits here is bounded, and so is what the stream keeps.
/// </summary>
internal sealed partial class QueryStreamPublisher(IClusterClient client, TimeProvider time, ILogger<QueryStreamPublisher> logger)
    : BackgroundService, IQueryBatchSink, IQueryOutlet
{
    /// <summary>The most bytes of a batch that a stream of the packages carries: its blocks have a MiB.</summary>
    private const int MaxBatchBytes = 900_000;

    private const int MaxRecords = 100_000;
    private const long MaxBytes = 32L << 20;

    // How long it counts what was known of subscriptions: a new one is heard of that much later, if it began while there were queries.
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private readonly BoundedBatches batches = new(MaxRecords, MaxBytes);
    private readonly Dictionary<string, (long AskedAt, bool Any)> listeners = new(StringComparer.Ordinal);
    private long published;
    private long warnedAt;

    public string Name => "stream";

    public long Published => Interlocked.Read(ref published);

    public long Dropped => batches.Dropped;

    public long Waiting => batches.Waiting;

    public void Accept(QueryBatch batch) => batches.TryAdd(batch);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var provider = client.GetStreamProvider(StreamNames.QueryProvider);
        if (!provider.TryGetStreamSubscriptionManager(out var manager))
            throw new InvalidOperationException($"The streams '{StreamNames.QueryProvider}' do not say who subscribes them.");
        while (await batches.WaitAsync(stoppingToken))
        {
            while (batches.TryTake(out var batch))
            {
                try
                {
                    await PublishAsync(provider, manager, batch, stoppingToken);
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

    private async Task PublishAsync(
        IStreamProvider provider, IStreamSubscriptionManager manager, QueryBatch batch, CancellationToken stoppingToken)
    {
        var stream = StreamId.Create(StreamNames.Queries, batch.Project);
        if (!listeners.TryGetValue(batch.Project, out var known) || time.GetElapsedTime(known.AskedAt) >= AskInterval)
        {
            known = (
                time.GetTimestamp(), (await manager.GetSubscriptions(StreamNames.QueryProvider, stream).WaitAsync(stoppingToken)).Any());
            listeners[batch.Project] = known;
        }

        if (!known.Any)
            return;
        if (batch.Data.Length > MaxBatchBytes)
        {
            batches.Drop(batch.Count);
            return;
        }

        await provider.GetStream<QueryBatch>(stream).OnNextAsync(batch).WaitAsync(stoppingToken);
        Interlocked.Add(ref published, batch.Count);
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
}
