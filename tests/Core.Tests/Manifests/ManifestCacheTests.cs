using Progeny.Abstractions.Releases;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Manifests;

public sealed class ManifestCacheTests
{
    [Fact]
    public void Manifest_of_a_release_is_parsed_once()
    {
        var manifest = ManifestCache.Of(Create("one", "1.0.0"));

        ManifestCache.Of(Create("one", "1.0.0")).ShouldBeSameAs(manifest);
        ManifestCache.Of(Create("two", "2.0.0")).Version.ToNormalizedString().ShouldBe("2.0.0");
    }

    [Fact]
    public void Manifest_that_is_not_valid_throws_each_time()
    {
        var release = Create("bad", "1.0.0") with { Manifest = "name: 1" };

        Should.Throw<ManifestException>(() => ManifestCache.Of(release));
        Should.Throw<ManifestException>(() => ManifestCache.Of(release));
    }

    private static ReleaseInfo Create(string digest, string version) => new()
    {
        Project = "cached",
        Version = version,
        PackageDigest = $"{nameof(ManifestCacheTests)}-{digest}",
        Manifest = $"name: cached\nversion: {version}\ntask: regression\nschema: {{features: [{{name: x, type: float}}]}}\nlabel: {{name: "
            + "y}\npipeline: {model: model.onnx}\n",
        PublishedAt = DateTimeOffset.UnixEpoch,
    };
}
