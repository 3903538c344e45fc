using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Progeny.Abstractions.Releases;

namespace Progeny.Gateway.QueryLog;

/// <summary>
/// Sends one client what happens to the queries of a project, as server-sent events, until it goes. A client that is slow misses records
/// and is told how many; what waits for it is bounded.
/// </summary>
/// <remarks>
/// Not <see cref="TypedResults.ServerSentEvents{T}(IAsyncEnumerable{System.Net.ServerSentEvents.SseItem{T}})"/>: that formats and flushes
/// each event for each client and has no comments. Here the events of a batch are bytes that all clients share, sent in a few pieces.
/// </remarks>
/// <param name="sending">Held while something is handed to a connection: many clients take turns, so that queries find a free
/// thread.</param>
/// <param name="leave">Called when the client has gone.</param>
internal sealed class QueryTail(GenerationReference? generation, SemaphoreSlim sending, TimeProvider time, Func<QueryTail, Task> leave)
    : IAsyncDisposable
{
    private const int MaxRecords = 10_000;
    private const long MaxBytes = 1L << 20;
    private const int FlushBytes = 64 * 1024;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    // What comes in between is sent together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Channel<TailEvents> waiting = Channel.CreateUnbounded<TailEvents>(new UnboundedChannelOptions { SingleReader = true });
    private long records;
    private long bytes;
    private long dropped;
    private long missed;
    private volatile bool missedOnTheWay;

    /// <summary>Only queries that this one answered; null: all.</summary>
    public GenerationReference? Generation => generation;

    /// <summary>
    /// Takes events to be sent, or drops them and counts them; those of one batch always find room where nothing waits. For one caller at a
    /// time.
    /// </summary>
    public void Add(TailEvents events)
    {
        var held = Interlocked.Read(ref records);
        if (held > 0 && (held + events.Records > MaxRecords || Interlocked.Read(ref bytes) + events.Bytes.Length > MaxBytes))
        {
            Interlocked.Add(ref dropped, events.Records);
            return;
        }

        Interlocked.Add(ref records, events.Records);
        Interlocked.Add(ref bytes, events.Bytes.Length);
        waiting.Writer.TryWrite(events);
    }

    /// <summary>Takes note of records that were lost before they came here; nobody counted them.</summary>
    public void LoseSome() => missedOnTheWay = true;

    public async Task RunAsync(HttpContext context, CancellationToken cancellationToken)
    {
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
    }

    public ValueTask DisposeAsync() => new(leave(this));

    private async Task SendAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        using var heart = new PeriodicTimer(Heartbeat, time);
        var beat = heart.WaitForNextTickAsync(cancellationToken).AsTask();
        var more = waiting.Reader.WaitToReadAsync(cancellationToken).AsTask();
        await WriteAsync(output, ": listening\n\n"u8.ToArray(), cancellationToken);
        while (true)
        {
            await await Task.WhenAny(more, beat);
            if (beat.IsCompleted)
            {
                await WriteAsync(output, ":\n\n"u8.ToArray(), cancellationToken);
                beat = heart.WaitForNextTickAsync(cancellationToken).AsTask();
            }

            if (more.IsCompleted)
            {
                while (waiting.Reader.TryRead(out var events))
                {
                    for (var rest = events.Bytes; !rest.IsEmpty; rest = rest[Math.Min(FlushBytes, rest.Length)..])
                        await WriteAsync(output, rest[..Math.Min(FlushBytes, rest.Length)], cancellationToken);
                    Interlocked.Add(ref records, -events.Records);
                    Interlocked.Add(ref bytes, -events.Bytes.Length);
                }

                more = waiting.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }

            if (WhatIsMissed() is { } notice)
                await WriteAsync(output, Encoding.UTF8.GetBytes(notice), cancellationToken);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async ValueTask WriteAsync(PipeWriter output, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        ValueTask<FlushResult> flushing;
        try
        {
            flushing = output.WriteAsync(data, cancellationToken);
        }
        finally
        {
            sending.Release();
        }

        // A client that does not read is waited for by its own tail alone.
        await flushing;
    }

    private string? WhatIsMissed()
    {
        var all = Interlocked.Read(ref dropped);
        var notice = all > missed ? $"event: missed\ndata: {{\"records\":{(all - missed).ToString(CultureInfo.InvariantCulture)}}}\n\n"
            : missedOnTheWay ? "event: missed\ndata: {}\n\n"
            : null;
        missed = all;
        missedOnTheWay = false;
        return notice;
    }
}
