using Progeny.Abstractions.Lifecycle;
using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Serving;

/// <summary>A generation made ready for queries: its manifest compiled once.</summary>
public sealed class ServedGeneration
{
    public ServedGeneration(GenerationInfo generation, Manifest manifest, IFeedCatalog feeds, TimeProvider time)
    {
        Generation = generation;
        Manifest = manifest;
        Schema = new QuerySchema(manifest);
        Augmenters = [.. manifest.Augment.Select(augment => new Augmenter(augment, manifest.Features, feeds.Get(augment.Feed), time))];
    }

    public GenerationInfo Generation { get; }

    public GenerationReference Reference => Generation.Reference;

    public Manifest Manifest { get; }

    public QuerySchema Schema { get; }

    public IReadOnlyList<Augmenter> Augmenters { get; }
}
