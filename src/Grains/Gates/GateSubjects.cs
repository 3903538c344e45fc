using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Rules;

namespace Progeny.Grains.Gates;

/// <summary>Generations with the compiled conditions of their releases, which never change and are kept.</summary>
internal sealed class GateSubjects(IGrainFactory grains, RuleCompiler compiler)
{
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Project, string Release), (Manifest Manifest, ConditionSet Conditions)> known = new();

    /// <exception cref="RegistryException">There is no such generation.</exception>
    public async Task<GateSubject> GetAsync(GenerationReference generation)
    {
        var grain = grains.GetGrain<IGenerationGrain>(generation.ToString());
        var release = (generation.Project, generation.Release);
        if (known.TryGetValue(release, out var found))
            return new GateSubject(await grain.Get() ?? throw Missing(generation), found.Manifest, found.Conditions);
        var blueprint = await grain.GetBlueprint() ?? throw Missing(generation);
        var manifest = ManifestCache.Of(blueprint.Release);
        if (known.Count >= Most)
            known.Clear();
        found = known.GetOrAdd(release, (manifest, compiler.CompileConditions(manifest)));
        return new GateSubject(blueprint.Generation, found.Manifest, found.Conditions);
    }

    private static RegistryException Missing(GenerationReference generation) => new(RegistryError.NotFound, $"There is no generation {generation}.");
}
