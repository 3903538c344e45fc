using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.Rules;

namespace Progeny.Grains.Evaluation;

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
