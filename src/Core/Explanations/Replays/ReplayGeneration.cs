using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rules;

namespace Progeny.Core.Explanations.Replays;

/// <summary>A generation of any stage, made ready to be asked again what it was asked once. No feed is needed for that.</summary>
public sealed class ReplayGeneration : IDisposable
{
    /// <exception cref="ManifestException">A rule is wrong.</exception>
    public ReplayGeneration(GenerationInfo generation, Manifest manifest, RuleCompiler rules)
    {
        Generation = generation;
        Manifest = manifest;
        Schema = new QuerySchema(manifest);
        Rules = rules.Compile(manifest);
    }

    public GenerationInfo Generation { get; }

    public Manifest Manifest { get; }

    public QuerySchema Schema { get; }

    /// <summary>The project's own rules; null: none.</summary>
    public RuleSet? Rules { get; }

    public void Dispose() => Rules?.Dispose();
}
