using Progeny.Core.Manifests;

namespace Progeny.Grains.Releases;

/// <summary>What a release may be at most, configuration section <c>Releases</c>.</summary>
public sealed class ReleaseOptions
{
    /// <summary>The most bytes of a manifest.</summary>
    public int MaxManifestBytes { get; set; } = ManifestParser.MaxLength;

    /// <summary>
    /// The most rules, metrics, gates, alerts and tests of a manifest together: each is compiled, and most are asked again and again.
    /// </summary>
    public int MaxRules { get; set; } = 10_000;
}
