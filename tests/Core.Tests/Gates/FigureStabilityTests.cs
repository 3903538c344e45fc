using System.Collections.Immutable;
using Progeny.Core.Gates;

namespace Progeny.Core.Tests.Gates;

public sealed class FigureStabilityTests
{
    [Theory]
    [InlineData(null, null, "loss", null)]
    [InlineData(0.0, 0.0, "loss", null)]
    [InlineData(1.0, 0.0, "loss", 300.0)]
    [InlineData(0.0, 1.0, "loss", 300.0)]
    [InlineData(0.0, 0.0, FigureNames.Age, 60.0)]
    [InlineData(1.0, 1.0, FigureNames.SinceTraining, 60.0)]
    public void Answers_stay_while_no_figure_that_they_use_moves_by_itself(double? requests, double? outcomes, string used, double? seconds)
    {
        var figures = new Dictionary<string, double?> { [FigureNames.Requests] = requests, [FigureNames.Outcomes] = outcomes };
        var verdict = new ConditionVerdict(true, "", ImmutableSortedDictionary<string, double>.Empty.Add(used, 1));

        FigureStability.Of(figures, [verdict])?.TotalSeconds.ShouldBe(seconds!.Value);
        (FigureStability.Of(figures, [verdict]) is null).ShouldBe(seconds is null);
    }

    [Fact]
    public void Answers_of_no_conditions_stay() => FigureStability.Of(new Dictionary<string, double?>(), []).ShouldBeNull();
}
