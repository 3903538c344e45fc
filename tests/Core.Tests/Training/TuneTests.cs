using Progeny.Core.Manifests;
using Progeny.Core.Tuning;

namespace Progeny.Core.Tests.Training;

public sealed class TuneTests
{
    private static readonly Dictionary<string, TuneRange> Space = new()
    {
        ["eta"] = new() { Min = 0.001, Max = 1, Log = true },
        ["depth"] = new() { Min = 2, Max = 9, Whole = true },
        ["leaves"] = new() { Min = 1, Max = 1_000, Whole = true, Log = true },
        ["booster"] = new() { Values = ["gbtree", "dart", 3L, 0.5, true] },
        ["lambda"] = new() { Min = -1, Max = 1 },
    };

    [Fact]
    public void Draws_stay_in_the_space_and_reach_all_of_it()
    {
        var drawn = Enumerable.Range(1, 4_000).Select(number => TuneSpace.Draw(Space, 7, number)).ToList();
        drawn.ShouldAllBe(
            one => (double)one["eta"] >= 0.001 && (double)one["eta"] <= 1 && (double)one["lambda"] >= -1 && (double)one["lambda"] <= 1);
        drawn.Select(one => (long)one["depth"]).Distinct().Order().ShouldBe(Enumerable.Range(2, 8).Select(depth => (long)depth));
        drawn.Select(one => one["booster"]).Distinct().Count().ShouldBe(5);

        // Even on the scale that was asked for: a third of the draws for each power of ten of eta, an eighth for each depth.
        drawn.Count(one => (double)one["eta"] < 0.01).ShouldBeInRange(1_200, 1_470);
        drawn.Count(one => (long)one["depth"] == 2).ShouldBeInRange(400, 600);
        drawn.Count(one => (long)one["leaves"] <= 31).ShouldBeInRange(1_800, 2_400);
        drawn.Max(one => (long)one["leaves"]).ShouldBeGreaterThan(900);
    }

    [Fact]
    public void Trial_draws_the_same_for_the_same_seed_and_number()
    {
        TrialParameters.ToJson(TuneSpace.Draw(Space, 7, 3)).ShouldBe(TrialParameters.ToJson(TuneSpace.Draw(Space, 7, 3)));
        TrialParameters.ToJson(TuneSpace.Draw(Space, 7, 3)).ShouldNotBe(TrialParameters.ToJson(TuneSpace.Draw(Space, 8, 3)));
        TrialParameters.ToJson(TuneSpace.Draw(Space, 7, 3)).ShouldNotBe(TrialParameters.ToJson(TuneSpace.Draw(Space, 7, 4)));
    }

    [Fact]
    public void Parameters_drawn_stand_in_for_the_manifests_of_the_same_names()
    {
        var manifest = Projects.Regression with
        {
            Pipeline = Projects.Regression.Pipeline with
            {
                Parameters = new Dictionary<string, object?> { ["eta"] = 0.3, ["rounds"] = 10L },
            },
        };
        var json = TrialParameters.ToJson(
            new Dictionary<string, object> { ["eta"] = 0.1, ["depth"] = 4L, ["booster"] = "dart", ["flag"] = true });

        TrialParameters.In(manifest, json).Pipeline.Parameters.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)).ShouldBe(
            [("booster", "dart"), ("depth", 4L), ("eta", 0.1), ("flag", true), ("rounds", 10L)]);
        TrialParameters.In(manifest, null).ShouldBe(manifest);
    }

    [Fact]
    public void Halving_doubles_the_rows_and_halves_the_trials_while_rows_are_enough()
    {
        TuneRounds.Of(TuneMethod.Random, 20, 1_000).ShouldBe([(20, 1_000L)]);
        TuneRounds.Of(TuneMethod.Halving, 16, 10_000).ShouldBe([(16, 625L), (8, 1_250L), (4, 2_500L), (2, 5_000L), (1, 10_000L)]);
        TuneRounds.Of(TuneMethod.Halving, 20, 400).ShouldBe([(20, 100L), (10, 200L), (5, 400L)]);
        TuneRounds.Of(TuneMethod.Halving, 5, 100_000).ShouldBe([(5, 25_000L), (3, 50_000L), (2, 100_000L)]);
        TuneRounds.Of(TuneMethod.Halving, 8, 50).ShouldBe([(8, 50L)]);
        TuneRounds.Of(TuneMethod.Halving, 1, 1_000).ShouldBe([(1, 1_000L)]);
    }
}
