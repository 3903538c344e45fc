using System.Collections.Immutable;
using Orleans.Streams;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Gateway.QueryLog;

/// <summary>What all clients share that follow the queries of one project: one subscription, and each batch's events.</summary>
internal sealed class ProjectTail(string project, IClusterClient cluster) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private ImmutableArray<QueryTail> tails = [];
    private StreamSubscriptionHandle<QueryBatch>? subscription;

    /// <summary>Adds a client; it hears of what is published from now on.</summary>
    public async Task AddAsync(QueryTail tail)
    {
        await turn.WaitAsync();
        try
        {
            subscription ??= await cluster.GetStreamProvider(StreamNames.QueryProvider)
                .GetStream<QueryBatch>(StreamId.Create(StreamNames.Queries, project))
                .SubscribeAsync((batch, _) => Hand(batch), _ => LoseSome());
            tails = tails.Add(tail);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Takes a client away; with the last one the subscription ends.</summary>
    public async Task RemoveAsync(QueryTail tail)
    {
        await turn.WaitAsync();
        try
        {
            tails = tails.Remove(tail);
            if (tails.IsEmpty && subscription is { } last)
            {
                subscription = null;
                await last.UnsubscribeAsync();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private Task Hand(QueryBatch batch)
    {
        TailEvents? events = null;
        foreach (var tail in tails)
        {
            if (tail.Generation is null || tail.Generation == batch.Generation)
                tail.Add(events ??= TailEvents.Of(batch));
        }

        return Task.CompletedTask;
    }

    private Task LoseSome()
    {
        foreach (var tail in tails)
            tail.LoseSome();
        return Task.CompletedTask;
    }
}
