using Progeny.Abstractions.Releases;
using Progeny.Core.Serving.Routing;

namespace Progeny.Grains.Serving;

/// <summary>What generations are made of, from their grains.</summary>
internal sealed class GrainBlueprintSource(IGrainFactory grains) : IBlueprintSource
{
    public Task<GenerationBlueprint?> GetBlueprintAsync(GenerationReference reference) =>
        grains.GetGrain<IGenerationGrain>(reference.ToString()).GetBlueprint();

    public Task<GenerationInfo?> GetAsync(GenerationReference reference) => grains.GetGrain<IGenerationGrain>(reference.ToString()).Get();
}
