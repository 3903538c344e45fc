using Progeny.Abstractions.Releases;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class ArmNamingTests
{
    [Theory]
    [InlineData("flights_eu", "flights_eu-1-2-0-3")]
    [InlineData("flights-eu", "flights-eu-1-2-0-3")]
    [InlineData("flights", "v1-2-0-3")]
    public void Projects_that_differ_in_a_hyphen_have_arms_of_different_names(string project, string expected) =>
        ArmNaming.Of(new GenerationReference(project, "1.2.0", 3), "flights").ShouldBe(expected);
}
