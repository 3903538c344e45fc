using Progeny.Abstractions.Releases;

namespace Progeny.Core.Manifests;

/// <summary>The manifests of releases, each parsed once: a release never changes.</summary>
public static class ManifestCache
{
    private const int MaxManifests = 1_000;

    // Of the manifests' texts: what is made of a text is several times as large.
    private const long MaxCharacters = 16 << 20;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Manifest> Known = new(StringComparer.Ordinal);
    private static long characters;

    /// <summary>The manifest of a release.</summary>
    /// <exception cref="ManifestException">It is not valid; the exception carries every error.</exception>
    public static Manifest Of(ReleaseInfo release)
    {
        lock (Gate)
        {
            if (Known.TryGetValue(release.PackageDigest, out var known))
                return known;
        }

        var manifest = ManifestParser.ParseOrThrow(release.Manifest);
        lock (Gate)
        {
            if (Known.Count >= MaxManifests || characters + release.Manifest.Length > MaxCharacters)
            {
                Known.Clear();
                characters = 0;
            }

            if (Known.TryAdd(release.PackageDigest, manifest))
                characters += release.Manifest.Length;
            return manifest;
        }
    }
}
