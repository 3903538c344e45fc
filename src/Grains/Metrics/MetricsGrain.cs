using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <inheritdoc cref="IMetricsGrain"/>
/// <remarks>The store keeps the cursor of each source in the transaction of its windows, so a grain that ends at any point loses nothing.</remarks>
internal sealed partial class MetricsGrain(IMetricsStore store, SiloStop stop, ILogger<MetricsGrain> logger) : Grain, IMetricsGrain
{
    public async Task<long> Count(GenerationSummary summary)
    {
        var cursor = await store.StoreAsync(summary, CancellationToken.None);
        await LookAsync();
        return cursor;
    }

    /// <summary>Starts the drift tests that are due with the new windows.</summary>
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
