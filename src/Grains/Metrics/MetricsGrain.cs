using System.Collections.Immutable;
using Orleans.Streams;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Registry;
using Progeny.Core.Metrics;

namespace Progeny.Grains.Metrics;

/// <inheritdoc cref="IMetricsGrain"/>
/// <remarks>It keeps nothing itself, so nothing is lost with it; that a summary counts once is the store's to see to, by its id.</remarks>
[ImplicitStreamSubscription(StreamNames.Metrics)]
internal sealed class MetricsGrain(IMetricsStore store) : Grain, IMetricsGrain, IAsyncObserver<GenerationSummary>
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetStreamProvider(StreamNames.Provider)
        .GetStream<GenerationSummary>(StreamId.Create(StreamNames.Metrics, this.GetPrimaryKeyString()))
        .SubscribeAsync(this);

    public async Task<ImmutableArray<Guid>> Missing(ImmutableArray<Guid> ids) => [.. await store.FindMissingAsync(ids, CancellationToken.None)];

    public Task Store(ImmutableArray<GenerationSummary> summaries) => store.StoreAsync(summaries, CancellationToken.None);

    public Task OnNextAsync(GenerationSummary item, StreamSequenceToken? token = null) => store.StoreAsync([item], CancellationToken.None);

    // Nothing to do: what the stream loses, silos store once more (Missing).
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
