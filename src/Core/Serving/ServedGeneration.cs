using Progeny.Abstractions.Releases;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rules;
using Progeny.Core.Views;

namespace Progeny.Core.Serving;

/// <summary>A generation made ready for queries: its manifest compiled once.</summary>
public sealed class ServedGeneration : IDisposable
{
    /// <param name="limits">What its queries may carry; null: what is usual.</param>
    /// <param name="samplingSeed">The secret that chooses whose fields are logged.</param>
    /// <param name="feedsMustAnswer">Whether a feed that does not answer an augmentation is a failure.</param>
    /// <param name="ages">Takes the times of the newest values of views; null: nobody wants them.</param>
    /// <exception cref="FeedException">The manifest names a feed that its project may not use.</exception>
    /// <exception cref="ManifestException">A rule is wrong.</exception>
    public ServedGeneration(
        GenerationInfo generation,
        Manifest manifest,
        IFeedCatalog feeds,
        RuleCompiler rules,
        TimeProvider time,
        QueryLimits? limits = null,
        long samplingSeed = 0,
        bool feedsMustAnswer = false,
        ViewAges? ages = null)
    {
        Generation = generation;
        Manifest = manifest;
        Schema = new QuerySchema(manifest, limits);
        Augmenters = [
            .. manifest.Augment.Select(augment => new Augmenter(
                augment,
                manifest.Features,
                feeds.Get(augment.Feed, manifest.Name),
                time,
                feedsMustAnswer,
                ages is null || augment.View is null ? null : known => ages.Record(manifest.Name, augment.View.Name, known))),
        ];
        Rules = rules.Compile(manifest);
        Log = new QueryLogPlan(generation.Reference, manifest, Schema, samplingSeed);
    }

    public GenerationInfo Generation { get; }

    public GenerationReference Reference => Generation.Reference;

    public Manifest Manifest { get; }

    public QuerySchema Schema { get; }

    public IReadOnlyList<Augmenter> Augmenters { get; }

    /// <summary>The project's own rules; null: none.</summary>
    public RuleSet? Rules { get; }

    /// <summary>What is logged of its queries.</summary>
    public QueryLogPlan Log { get; }

    /// <summary>Gives up what is kept for speed; whoever still holds the generation may go on using it.</summary>
    public void Dispose() => Rules?.Dispose();
}
