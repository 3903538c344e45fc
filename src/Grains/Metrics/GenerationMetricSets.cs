using System.Collections.Concurrent;
using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Lifecycle;
using Progeny.Core.Metrics;
using Progeny.Core.Serving;

namespace Progeny.Grains.Metrics;

/// <summary>How predictions are scored, by the manifest of each generation's release, which never changes.</summary>
internal sealed class GenerationMetricSets(IGrainFactory grains, RuleCompiler compiler) : IMetricSets
{
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<GenerationReference, MetricSet> known = new();

    public async ValueTask<MetricSet?> GetAsync(GenerationReference generation)
    {
        if (known.TryGetValue(generation, out var set))
            return set;
        if (await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() is not { } blueprint)
            return null;
        if (known.Count >= Most)
            known.Clear();
        return known.GetOrAdd(generation, compiler.CompileMetrics(ManifestCache.Of(blueprint.Release)));
    }
}
