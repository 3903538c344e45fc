using NuGet.Versioning;

namespace Progeny.Core.Manifests;

/// <summary>
/// Semantic versions of releases, which only grow. Without build metadata: versions that compare equal must not both exist.
/// </summary>
public static class ReleaseVersions
{
    internal const string Pattern =
        "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)" +
        "(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?";

    internal const string Hint = "a semantic version: major.minor.patch, e.g. 1.2.0 or 1.2.0-beta.1, without build metadata (+…)";

    private const int Longest = 64;

    /// <summary>Makes sure that a new release's version is above the highest published one.</summary>
    /// <param name="highest">Null where nothing has been published.</param>
    /// <exception cref="ReleaseVersionException">It is not, or it carries build metadata.</exception>
    public static void RequireGrowth(string project, SemanticVersion? highest, SemanticVersion version)
    {
        if (version.HasMetadata)
            throw new ReleaseVersionException(
                $"{project} {version.ToFullString()} cannot be released: build metadata (+{version.Metadata}) is not allowed, because "
                    + "versions that differ in nothing else are equal");
        if (highest is not null && version <= highest)
            throw new ReleaseVersionException(
                $"{project} {version.ToNormalizedString()} cannot be released: {highest.ToNormalizedString()} is the highest published "
                    + "version; a new one must be greater");
    }

    /// <summary>What is wrong with a text that fits the pattern, or null.</summary>
    internal static string? Problem(string text) =>
        text.Length > Longest ? $"the version has {text.Length} characters; at most {Longest} are allowed"
        : SemanticVersion.TryParse(text, out _) ? null
        : $"the version '{text}' has a number that is too large; at most {int.MaxValue} is allowed";
}
