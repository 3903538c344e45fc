using System.Collections.Concurrent;
using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Expressions;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases;

/// <summary>The releases that are in use on this node, each compiled once: a release never changes.</summary>
public sealed class CompiledReleases(IExpressionEngine engine)
{
    private const int MaxReleases = 1_000;

    private readonly ConcurrentDictionary<(string Project, string Version), CompiledRelease> _known = new();
    private readonly MetricCompiler _metrics = new(engine);
    private readonly ConditionCompiler _conditions = new(engine);

    /// <summary>The release, where it was compiled before.</summary>
    public CompiledRelease? Find(string project, string version) => _known.GetValueOrDefault((project, version));

    /// <exception cref="ManifestException">The manifest is not valid.</exception>
    public CompiledRelease Of(ReleaseInfo release)
    {
        if (Find(release.Project, release.Version) is { } known)
            return known;
        var manifest = ManifestCache.Of(release);
        if (_known.Count >= MaxReleases)
            _known.Clear();
        var compiled = new CompiledRelease(manifest, () => _metrics.Compile(manifest), () => _conditions.Compile(manifest));
        return _known.GetOrAdd((release.Project, release.Version), compiled);
    }
}
