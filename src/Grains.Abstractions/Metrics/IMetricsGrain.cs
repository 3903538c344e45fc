namespace Progeny.Abstractions.Metrics;

/// <summary>
/// Merges the summaries that the silos make of one generation, and stores them in the perfdb. Key: <c>project@release:generation</c>.
/// It is the only way for summaries into the perfdb.
/// </summary>
[Alias("progeny.metrics")]
public interface IMetricsGrain : IGrainWithStringKey
{
    /// <summary>
    /// Counts a summary of this generation if it is the next one of its source, and nothing otherwise. What is counted is on disk when
    /// the call returns, so a call whose answer was lost can be repeated.
    /// </summary>
    /// <returns>The number in the source's sequence up to which the generation is counted now.</returns>
    [Alias("count")]
    Task<long> Count(GenerationSummary summary);
}
