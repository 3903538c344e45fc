using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Orleans.Streams;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Registry;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>
/// Sends one client what happens to the queries of a project, as server-sent events, until it goes. A client that is slow misses records
/// and is told how many; what waits for it is bounded.
/// </summary>
internal sealed class QueryTail(IClusterClient cluster, TimeProvider time)
{
    private const int MostRecords = 10_000;
    private const long MostBytes = 4L << 20;
    private const int FlushBytes = 16 * 1024;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly BoundedBatches batches = new(MostRecords, MostBytes);
    private readonly ArrayBufferWriter<byte> events = new(2 * FlushBytes);
    private long missed;
    private volatile bool missedOnTheWay;

    /// <param name="generation">Only queries that this one answered; null: all.</param>
    public async Task RunAsync(string project, GenerationReference? generation, HttpContext context, CancellationToken cancellationToken)
    {
        var stream = cluster.GetStreamProvider(StreamNames.QueryProvider).GetStream<QueryBatch>(StreamId.Create(StreamNames.Queries, project));
        var subscription = await stream.SubscribeAsync(
            (batch, _) =>
            {
                if (generation is null || batch.Generation == generation)
                    batches.TryAdd(batch);
                return Task.CompletedTask;
            },
            _ =>
            {
                missedOnTheWay = true;
                return Task.CompletedTask;
            });
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            // Somebody who reads with a pager stops reading now and then; what waits for them is bounded.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
                rate.MinDataRate = null;
            await SendAsync(context.Response.BodyWriter, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client has gone, or the node stops.
        }
        finally
        {
            await subscription.UnsubscribeAsync();
        }
    }

    private async Task SendAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        using var heart = new PeriodicTimer(Heartbeat, time);
        var beat = heart.WaitForNextTickAsync(cancellationToken).AsTask();
        var more = batches.WaitAsync(cancellationToken).AsTask();
        Write(output, ": listening\n\n"u8);
        await output.FlushAsync(cancellationToken);
        while (true)
        {
            await await Task.WhenAny(more, beat);
            if (beat.IsCompleted)
            {
                Write(output, ":\n\n"u8);
                beat = heart.WaitForNextTickAsync(cancellationToken).AsTask();
            }

            if (more.IsCompleted)
            {
                while (batches.TryTake(out var batch))
                {
                    await SendAsync(output, batch, cancellationToken);
                    batches.Free(batch);
                }

                more = batches.WaitAsync(cancellationToken).AsTask();
            }

            TellOfMissed(output);
            await output.FlushAsync(cancellationToken);
        }
    }

    private async Task SendAsync(PipeWriter output, QueryBatch batch, CancellationToken cancellationToken)
    {
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
        {
            Write(events, "data: "u8);
            QueryRecordWriter.Write(events, reader.ToRecord());
            Write(events, "\n\n"u8);
            if (events.WrittenCount >= FlushBytes)
                await FlushAsync(output, cancellationToken);
        }

        await FlushAsync(output, cancellationToken);
    }

    private async Task FlushAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(events.WrittenMemory, cancellationToken);
        events.ResetWrittenCount();
    }

    private void TellOfMissed(PipeWriter output)
    {
        var dropped = batches.Dropped;
        if (dropped > missed)
            Write(output, Encoding.UTF8.GetBytes($"event: missed\ndata: {{\"records\":{(dropped - missed).ToString(CultureInfo.InvariantCulture)}}}\n\n"));
        else if (missedOnTheWay)
            Write(output, "event: missed\ndata: {}\n\n"u8);
        missed = dropped;
        missedOnTheWay = false;
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }
}
