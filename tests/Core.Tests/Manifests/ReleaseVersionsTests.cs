using NuGet.Versioning;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Manifests;

public sealed class ReleaseVersionsTests
{
    [Theory]
    [InlineData(null, "0.0.1")]
    [InlineData("1.2.0", "1.2.1")]
    [InlineData("1.9.0", "1.10.0")]
    [InlineData("1.2.0-beta", "1.2.0")]
    [InlineData("1.2.0-beta.9", "1.2.0-beta.10")]
    public void A_greater_version_passes(string? highest, string version) =>
        Should.NotThrow(() => ReleaseVersions.RequireGrowth("flights", Parse(highest), Parse(version)!));

    [Theory]
    [InlineData("1.3.0", "1.2.0")]
    [InlineData("1.3.0", "1.3.0")]
    [InlineData("1.3.0", "1.3.0-rc.1")]
    [InlineData("1.3.0-rc", "1.3.0-RC")]
    public void The_same_or_a_lower_version_is_refused_with_the_highest(string highest, string version) =>
        Should.Throw<ReleaseVersionException>(() => ReleaseVersions.RequireGrowth("flights", Parse(highest), Parse(version)!))
            .Message.ShouldBe(
                $"flights {version} cannot be released: {highest} is the highest published version; a new one must be greater");

    [Fact]
    public void Build_metadata_is_refused() =>
        Should.Throw<ReleaseVersionException>(() => ReleaseVersions.RequireGrowth("flights", Parse("1.0.0"), Parse("1.1.0+a")!))
            .Message.ShouldStartWith("flights 1.1.0+a cannot be released: build metadata (+a) is not allowed");

    private static SemanticVersion? Parse(string? text) => text is null ? null : SemanticVersion.Parse(text);
}
