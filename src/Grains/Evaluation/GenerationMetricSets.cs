using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Releases;

namespace Progeny.Grains.Evaluation;

/// <summary>The scores of predictions by the manifest of each generation's release.</summary>
internal sealed class GenerationMetricSets(IGrainFactory grains, CompiledReleases releases) : IMetricSets
{
    public async ValueTask<MetricSet?> GetAsync(GenerationReference generation) =>
        releases.Find(generation.Project, generation.Release) is { } known
            ? known.Metrics
            : await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() is { } blueprint
                ? releases.Of(blueprint.Release).Metrics
                : null;
}
