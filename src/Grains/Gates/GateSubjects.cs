using Progeny.Abstractions.Releases;
using Progeny.Core.Releases;

namespace Progeny.Grains.Gates;

/// <summary>Generations with the compiled conditions of their releases.</summary>
internal sealed class GateSubjects(IGrainFactory grains, CompiledReleases releases)
{
    /// <exception cref="RegistryException">There is no such generation.</exception>
    public async Task<GateSubject> GetAsync(GenerationReference generation)
    {
        var grain = grains.GetGrain<IGenerationGrain>(generation.ToString());
        if (releases.Find(generation.Project, generation.Release) is { } known)
            return new GateSubject(await grain.Get() ?? throw Missing(generation), known.Manifest, known.Conditions);
        var blueprint = await grain.GetBlueprint() ?? throw Missing(generation);
        var release = releases.Of(blueprint.Release);
        return new GateSubject(blueprint.Generation, release.Manifest, release.Conditions);
    }

    private static RegistryException Missing(GenerationReference generation) =>
        new(RegistryError.NotFound, $"There is no generation {generation}.");
}
