using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Drift;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Metrics;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <inheritdoc cref="IMetricsGrain"/>
/// <remarks>
/// The store keeps the cursor of each source in the transaction of its windows, so a grain that ends at any point loses nothing.
/// </remarks>
internal sealed partial class MetricsGrain(IMetricsStore store, SiloStop stop, ILogger<MetricsGrain> logger) : Grain, IMetricsGrain
{
    public async Task<long> Count(GenerationSummary summary)
    {
        var cursor = await store.StoreAsync(summary, CancellationToken.None);
        await TestDriftAsync();
        return cursor;
    }

    /// <summary>Starts the drift tests that are due with the new windows.</summary>
    private async Task TestDriftAsync()
    {
        try
        {
            await GrainFactory.GetGrain<IDriftGrain>(this.GetPrimaryKeyString()).Evaluate();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The summary is stored; the next one starts the tests again.
            if (!stop.Token.IsCancellationRequested)
                LogNotTested(logger, exception, this.GetPrimaryKeyString());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Generation}: the drift tests could not be started")]
    private static partial void LogNotTested(ILogger logger, Exception exception, string generation);
}
