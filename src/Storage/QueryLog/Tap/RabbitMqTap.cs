using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Tap;

/// <summary>
/// Publishes what happened to queries on an exchange of RabbitMQ. A record counts as published when the broker has confirmed it; until then
/// it keeps its place in a bounded buffer, and is sent again after a broken connection, so that a consumer may see it twice. While the
/// buffer is full, records are dropped and counted. Queries never wait for it.
/// </summary>
internal sealed partial class RabbitMqTap(IOptions<RabbitMqTapOptions> options, TimeProvider time, ILogger<RabbitMqTap> logger)
    : BackgroundService, IQueryBatchSink, IQueryOutlet
{
    private const long MaxBytes = 64L << 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly BoundedBatches batches = new(options.Value.Buffer, MaxBytes);
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool started;
    private long published;

    public string Name => "rabbitmq";

    public long Published => Interlocked.Read(ref published);

    public long Dropped => batches.Dropped;

    public long Waiting => batches.Waiting;

    public void Accept(QueryBatch batch) => batches.TryAdd(batch);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        started = true;
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        batches.Complete();
        // What is stopped before its thread has come to it would never run, and what waits would be neither sent nor counted.
        if (started)
            await begun.Task.WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        begun.TrySetResult();
        using var until = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => until.CancelAfter(TimeSpan.FromSeconds(options.Value.StopSeconds)));
        var outgoing = new OutgoingRecords();
        try
        {
            await SendAllAsync(outgoing, until.Token);
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            var left = outgoing.Count;
            while (batches.TryTake(out var batch))
                left += batch.Count;
            batches.Drop(left);
            LogLeft(logger, left);
        }
    }

    private async Task SendAllAsync(OutgoingRecords outgoing, CancellationToken until)
    {
        RabbitMqChannel? channel = null;
        try
        {
            while (await batches.WaitAsync(until))
            {
                while (batches.TryTake(out var batch))
                {
                    try
                    {
                        outgoing.Begin(batch);
                        while (outgoing.Fill())
                            channel = await SendAsync(channel, outgoing, until);
                    }
                    catch (InvalidDataException exception)
                    {
                        // One batch that nobody can read must not stop all others.
                        batches.Drop(outgoing.Count);
                        LogUnreadable(logger, exception, outgoing.Count);
                    }

                    batches.Free(batch);
                }
            }
        }
        finally
        {
            if (channel is not null)
                await channel.DisposeAsync();
        }
    }

    /// <summary>Sends until all that is outgoing is confirmed, over as many connections as that takes.</summary>
    private async Task<RabbitMqChannel> SendAsync(RabbitMqChannel? channel, OutgoingRecords outgoing, CancellationToken until)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                channel ??= await ConnectAsync(until);
                var before = outgoing.Count;
                try
                {
                    await channel.PublishAsync(outgoing, until);
                }
                finally
                {
                    Interlocked.Add(ref published, before - outgoing.Count);
                }

                return channel;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && !until.IsCancellationRequested)
            {
                LogBroken(logger, exception.Message, pause.TotalSeconds, batches.Waiting);
                if (channel is not null)
                    await channel.DisposeAsync();
                channel = null;
            }

            await Task.Delay(pause, time, until);
        }
    }

    private async Task<RabbitMqChannel> ConnectAsync(CancellationToken until)
    {
        var channel = await RabbitMqChannel.OpenAsync(options.Value, until);
        LogConnected(logger, options.Value.Exchange, channel.Broker);
        return channel;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Queries are published on the exchange {Exchange} of {Broker}")]
    private static partial void LogConnected(ILogger logger, string exchange, string broker);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "RabbitMQ does not take what happened to queries ({Reason}); trying again in {Seconds} s, {Waiting} records wait")]
    private static partial void LogBroken(ILogger logger, string reason, double seconds, long waiting);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Records} records cannot be read and are not published")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, long records);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node stopped before RabbitMQ had taken {Records} records; they are lost to it")]
    private static partial void LogLeft(ILogger logger, long records);
}
