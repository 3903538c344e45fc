using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Rollouts;

public sealed class SuccessionTests
{
    [Theory]
    [InlineData("1 2 3", "1 2 3")]
    [InlineData("1 2 <1", "1")]
    [InlineData("1 2 3 <2 <1", "1")]
    [InlineData("1 2 3 <1", "1")]
    [InlineData("1 2 <1 3", "1 3")]
    [InlineData("1 2 1", "1 2 1")]
    [InlineData("1 2 1 <2", "1 2")]
    [InlineData("1 2 <1 <2", "1 2")]
    [InlineData("1 2 2 <2", "1 2")]
    [InlineData("", "")]
    public void Line_grows_by_promotions_and_shrinks_by_rollbacks(string promotions, string line) => Succession.Of(
        promotions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Of))
            .Select(generation => generation.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .ShouldBe(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <param name="text">A generation's number; &lt;: a rollback.</param>
    private static Promotion Of(string text) => new()
    {
        Generation = new GenerationReference("p", "1.0.0", text[^1] - '0'),
        Previous = null,
        At = DateTimeOffset.UnixEpoch,
        Reason = "",
        Rollback = text[0] == '<',
    };
}
