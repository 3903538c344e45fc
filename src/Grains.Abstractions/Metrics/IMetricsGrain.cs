using System.Collections.Immutable;

namespace Progeny.Abstractions.Metrics;

/// <summary>
/// Merges what the silos report of one generation and stores it in the perfdb. Key: <c>project@release:generation</c>. It hears
/// summaries on the stream <c>metrics</c>; a stream in memory forgets what was under way when a silo dies, so silos ask what has
/// arrived, and hand over the rest.
/// </summary>
[Alias("progeny.metrics")]
public interface IMetricsGrain : IGrainWithStringKey
{
    /// <summary>Of some summaries those that are not stored.</summary>
    [Alias("missing")]
    Task<ImmutableArray<Guid>> Missing(ImmutableArray<Guid> ids);

    /// <summary>Stores summaries of this generation; one that is stored already counts once. They are on disk when the call returns.</summary>
    [Alias("store")]
    Task Store(ImmutableArray<GenerationSummary> summaries);
}
