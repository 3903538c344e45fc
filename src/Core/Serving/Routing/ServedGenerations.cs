using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Views;

namespace Progeny.Core.Serving.Routing;

/// <summary>The generations made ready for queries on this silo. What they are made of never changes, so they are kept.</summary>
public sealed class ServedGenerations(
    IBlueprintSource blueprints,
    IFeedCatalog feeds,
    RuleCompiler rules,
    ServingOptions options,
    TimeProvider time,
    ViewAges? ages = null)
{
    private const int Most = 10_000;

    private static readonly TimeSpan StageKnown = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<GenerationReference, ServedGeneration> ready = new();
    private readonly BoundedCache<Stage?> stages = new(Most, StageKnown, time);

    /// <summary>Where the generation stands, as of a second ago at most; null: there is none.</summary>
    public async ValueTask<Stage?> StageOfAsync(GenerationReference reference)
    {
        var name = reference.ToString();
        if (!stages.TryGet(name, out var stage))
            stages.Put(name, stage = (await blueprints.GetAsync(reference))?.Stage);
        return stage;
    }

    /// <summary>The generation, or null where there is none.</summary>
    /// <exception cref="FeedException">Its manifest names a feed that its project may not use.</exception>
    /// <exception cref="ManifestException">One of its rules is wrong.</exception>
    public async ValueTask<ServedGeneration?> GetAsync(GenerationReference reference)
    {
        if (ready.TryGetValue(reference, out var served))
            return served;
        if (await blueprints.GetBlueprintAsync(reference) is not { } blueprint)
            return null;
        served = new ServedGeneration(
            blueprint.Generation, ManifestCache.Of(blueprint.Release), feeds, rules, time, options.Limits, blueprint.SamplingSeed,
            ages: ages);
        await Task.WhenAll(served.Augmenters.Select(augmenter => augmenter.WarmUpAsync()));
        if (ready.Count >= Most)
        {
            foreach (var (old, _) in ready)
            {
                if (ready.TryRemove(old, out var gone))
                    gone.Dispose();
            }
        }

        var kept = ready.GetOrAdd(reference, served);
        if (kept != served)
            served.Dispose();
        return kept;
    }
}
