using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <inheritdoc cref="IMetricsGrain"/>
/// <remarks>It keeps nothing itself, so nothing is lost with it; that a summary counts once is the store's to see to, by its id.</remarks>
[ImplicitStreamSubscription(StreamNames.Metrics)]
internal sealed partial class MetricsGrain(IMetricsStore store, SiloStop stop, ILogger<MetricsGrain> logger) : Grain, IMetricsGrain, IAsyncObserver<GenerationSummary>
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetStreamProvider(StreamNames.Provider)
        .GetStream<GenerationSummary>(StreamId.Create(StreamNames.Metrics, this.GetPrimaryKeyString()))
        .SubscribeAsync(this);

    public async Task<ImmutableArray<Guid>> Missing(ImmutableArray<Guid> ids) => [.. await store.FindMissingAsync(ids, CancellationToken.None)];

    public async Task Store(ImmutableArray<GenerationSummary> summaries)
    {
        await store.StoreAsync(summaries, CancellationToken.None);
        await LookAsync();
    }

    public async Task OnNextAsync(GenerationSummary item, StreamSequenceToken? token = null)
    {
        await store.StoreAsync([item], CancellationToken.None);
        await LookAsync();
    }

    // Nothing to do: what the stream loses, silos store once more (Missing).
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <summary>Lets whoever watches for drift know that there is something new.</summary>
    private async Task LookAsync()
    {
        try
        {
            await GrainFactory.GetGrain<IDriftGrain>(this.GetPrimaryKeyString()).Look();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // What is stored is stored; the next summary brings the next look.
            if (!stop.Token.IsCancellationRequested)
                LogNotLooked(logger, exception, this.GetPrimaryKeyString());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Generation} could not be looked at for drift")]
    private static partial void LogNotLooked(ILogger logger, Exception exception, string generation);
}
