using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using static Progeny.Storage.Tests.Metrics.Summaries;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>What the store of scores promises.</summary>
public abstract class ScoreStoreTests : PerfdbTests
{
    private static readonly GenerationReference Second = First with { Generation = 2 };

    protected ScoreStoreTests() => Clock.Advance(TimeSpan.FromHours(2));

    [ContractFact]
    public async Task Score_counts_in_the_window_of_its_prediction_beside_what_was_served_then()
    {
        await Metrics.StoreAllAsync(Create(Noon, null, 100, 200));
        (await Scores.ApplyAsync(Scored(0, 2, Score("a", 0.5, 1), Score("b", 1.5, 0)), default)).ShouldBeTrue();
        (await Scores.GetPlaceAsync(default)).ShouldBe(2);
        foreach (var resolution in MetricsResolution.All)
        {
            var point = await Point(resolution.Step);
            (point.Counts.Requests, point.Outcomes, point.Loss).ShouldBe((2, 2, 1.0));
            point.Figures["hit"].Mean.ShouldBe(0.5);
        }
    }

    [ContractFact]
    public async Task Correction_replaces_what_was_counted()
    {
        await Scores.ApplyAsync(Scored(0, 1, Score("a", 0.5, 1)), default);
        await Scores.ApplyAsync(Scored(1, 3, Score("b", 2, 1), Score("a", 4, 0)), default);
        var point = await Point(TimeSpan.FromMinutes(1));
        (point.Outcomes, point.Loss, point.Figures["hit"].Mean).ShouldBe((2, 3.0, 0.5));

        // The value of a metric may be missing of the one report and not of the other.
        await Scores.ApplyAsync(Scored(3, 4, Score("a", 4, null)), default);
        point = await Point(TimeSpan.FromMinutes(1));
        (point.Outcomes, point.Loss, point.Figures["hit"]).ShouldBe((2, 3.0, new MetricFigure(1, 1)));
    }

    [ContractFact]
    public async Task Sum_that_overflows_stays_infinite_and_stops_nothing()
    {
        const double Huge = double.MaxValue;
        await Scores.ApplyAsync(Scored(0, 3, Score("a", Huge, 1), Score("b", Huge, 1), Score("c", 1, 1)) with { At = Noon }, default);
        (await Point(TimeSpan.FromHours(1))).Loss.ShouldBe(double.PositiveInfinity);

        // What is taken away again is infinite as well: of both together no number can be told.
        await Scores.ApplyAsync(Scored(3, 6, Score("a", -Huge, 1), Score("b", -Huge, 1), Score("c", -Huge, 0)) with { At = Noon }, default);
        var point = await Point(TimeSpan.FromHours(1));
        double.IsFinite(point.Loss!.Value).ShouldBeFalse();
        (point.Outcomes, point.Figures["hit"]).ShouldBe((3, new MetricFigure(2, 3)));
        var arrived = await Scores.ReadArrivedAsync(First, Noon.AddDays(-1), DateTimeOffset.MaxValue, default);
        double.IsFinite(arrived.Figures[MetricsPoint.LossName].Mean!.Value).ShouldBeFalse();

        await Scores.ApplyAsync(Scored(6, 8, InArm("d"), InArm("e")), default);
        (await Scores.ReadArmsAsync("flights", Noon.AddDays(-1), MetricsPoint.LossName, default)).ShouldHaveSingleItem().Sum.ShouldBe(
            double.PositiveInfinity);

        OutcomeScore InArm(string queryId) => Score(queryId, Huge, 1) with { Arm = "challenger", Reason = Reasons.Share };
    }

    [ContractFact]
    public async Task Reports_that_another_node_has_scored_meanwhile_are_not_scored_again()
    {
        (await Scores.ApplyAsync(Scored(0, 1, Score("a", 1, 1)), default)).ShouldBeTrue();
        (await Scores.ApplyAsync(Scored(0, 1, Score("a", 1, 1)), default)).ShouldBeFalse();
        (await Scores.ApplyAsync(Scored(0, 2, Score("b", 1, 1)), default)).ShouldBeFalse();
        (await Point(TimeSpan.FromHours(1))).Outcomes.ShouldBe(1);
        (await Scores.GetPlaceAsync(default)).ShouldBe(1);
    }

    [ContractFact]
    public async Task Report_that_waits_is_due_in_time_and_gone_once_scored_or_given_up()
    {
        var a = new WaitingOutcome("flights", "a", "yes", Noon, Noon.AddMinutes(1));
        var b = new WaitingOutcome("flights", "b", "no", Noon, Noon.AddMinutes(2));
        await Scores.ApplyAsync(new ScoreBatch(0, 2, [], [a, b], []), default);
        (await Scores.ListWaitingAsync(Noon, TimeSpan.FromHours(6), 10, default)).ShouldBeEmpty();
        (await Scores.ListWaitingAsync(Noon.AddMinutes(1), TimeSpan.FromHours(6), 10, default)).ShouldBe([a]);
        (await Scores.ListWaitingAsync(Noon.AddDays(-1), TimeSpan.FromHours(6), 10, default)).ShouldBe([a, b]);
        var corrected = a with { Value = "no", Due = Noon.AddMinutes(3) };
        await Scores.ApplyAsync(new ScoreBatch(2, 3, [], [corrected], []), default);
        (await Scores.ListWaitingAsync(Noon.AddMinutes(3), TimeSpan.FromHours(6), 10, default)).ShouldBe([b, corrected]);
        await Scores.ApplyAsync(new ScoreBatch(3, 3, [Score("a", 1, 1)], [], [b]), default);
        (await Scores.ListWaitingAsync(Noon.AddDays(1), TimeSpan.FromHours(6), 10, default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Arms_are_told_apart_and_a_correction_counts_once()
    {
        await Scores.ApplyAsync(
            Scored(0, 5, InArm("a", "champion", 1), InArm("b", "champion", 0), InArm("c", "canary", 0.5), InArm(
                "d", "canary", 3, "requested"), InArm("e", "next", 1, "shadow")), default);
        await Scores.ApplyAsync(Scored(5, 7, InArm("b", "champion", 1), InArm("c", "canary", 2)), default);
        (await Scores.ReadArmsAsync("flights", Noon, "loss", default)).ShouldBe(
            [
                new ArmScores("canary", First, 1, 2, 4, 1),
                new ArmScores("champion", First, 2, 2, 2, 0),
                new ArmScores("next", First, 1, 1, 1, 0),
            ]);
        (await Scores.ReadArmsAsync("flights", Noon.AddSeconds(4), "loss", default)).ShouldBeEmpty();
        (await Scores.ReadArmsAsync("flights", Noon, "hit", default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Changes_are_read_in_their_order_and_once()
    {
        await Scores.ApplyAsync(Scored(0, 2, InArm("a", "champion", 1), InArm("b", "canary", 0)), default);
        var changes = await Scores.ReadChangesAsync("flights", 0, 10, default);
        changes.Select(change => (change.IsAdded, change.Arm, change.Values["loss"]))
            .ShouldBe([(true, "champion", 1), (true, "canary", 0)]);
        (changes[0].Sequence, changes[0].Reason, changes[0].Generation, changes[0].At).ShouldBe((7, "share", First, Noon.AddSeconds(3)));
        (await Scores.GetLastChangeAsync(default)).ShouldBe(changes[^1].Offset);

        await Scores.ApplyAsync(Scored(2, 3, InArm("b", "canary", 1)), default);
        var corrected = await Scores.ReadChangesAsync("flights", changes[^1].Offset, 10, default);
        corrected.Select(change => (change.IsAdded, change.Values["loss"])).ShouldBe([(false, 0), (true, 1)]);

        await Scores.ApplyAsync(Scored(3, 4, InArm("d", "canary", 1) with { Cluster = 5 }), default);
        await Scores.ApplyAsync(Scored(4, 5, InArm("d", "canary", 0)), default);
        (await Scores.ReadChangesAsync("flights", corrected[^1].Offset, 10, default)).Select(change => (change.IsAdded, change.Cluster))
            .ShouldBe([(true, (int?)5), (false, 5), (true, null)]);
        (await Scores.ReadChangesAsync("others", 0, 10, default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task What_a_shadow_said_is_its_generations_and_not_the_projects()
    {
        await Scores.ApplyAsync(Scored(0, 2, InArm("a", "champion", 1), InArm("a~next", "next", 5, "shadow")), default);
        (await Point(TimeSpan.FromMinutes(1))).Outcomes.ShouldBe(2);
        var project = await Metrics.ReadAsync(
            new MetricsQuery("flights", Noon, Noon.AddHours(1), TimeSpan.FromMinutes(1), ByGeneration: false), default);
        (project.ShouldHaveSingleItem().Outcomes, project[0].Loss).ShouldBe((1, 1.0));
    }

    [ContractFact]
    public async Task Arms_have_series_of_their_own_with_what_became_of_outcomes()
    {
        await Metrics.StoreAllAsync(Create(Noon, null, 100, 200));
        await Scores.ApplyAsync(Scored(0, 3, InArm("a", "champion", 1), InArm("b", "canary", 3), InArm("c", "canary", 5)), default);
        await Scores.ApplyAsync(Scored(3, 4, InArm("c", "canary", 1)), default);
        var points = await Metrics.ReadAsync(
            new MetricsQuery("flights", Noon, Noon.AddHours(1), TimeSpan.FromMinutes(1), ByGeneration: true, ByArm: true), default);
        points.Select(point => (point.Generation, point.Arm, point.Outcomes, point.Loss))
            .ShouldBe([(First, "canary", 2, 2.0), (First, "champion", 1, 1.0)]);
    }

    [ContractFact]
    public async Task Outcomes_that_come_days_late_count_when_they_came_and_a_correction_in_place_of_what_it_corrects()
    {
        await Scores.ApplyAsync(
            Scored(0, 3, Score("a", 1, 1), Score("b", 3, null), Score("c", 8, 0)) with { At = Noon.AddDays(3) }, default);
        await ArrivedAsync(Noon.AddDays(2), 3, 12, new MetricFigure(1, 2));
        await ArrivedAsync(Noon.AddDays(3).AddMinutes(10), 0, 0, default);

        await Scores.ApplyAsync(Scored(3, 4, Score("a", 5, 0)) with { At = Noon.AddDays(4) }, default);
        await ArrivedAsync(Noon.AddDays(3.5), 1, 5, new MetricFigure(0, 1));
        await ArrivedAsync(Noon.AddDays(2), 3, 16, new MetricFigure(0, 2));
        (await Scores.ReadArrivedAsync(First with { Generation = 99 }, Noon, DateTimeOffset.MaxValue, default)).Outcomes.ShouldBe(0);

        (await Scores.ReadArrivedAsync(First, Noon, Noon.AddDays(1), default)).Outcomes.ShouldBe(0);

        async Task ArrivedAsync(DateTimeOffset since, long outcomes, double loss, MetricFigure hit)
        {
            var arrived = await Scores.ReadArrivedAsync(First, since, DateTimeOffset.MaxValue, default);
            arrived.Outcomes.ShouldBe(outcomes);
            arrived.Figures.GetValueOrDefault(MetricsPoint.LossName).ShouldBe(new MetricFigure(loss, outcomes));
            arrived.Figures.GetValueOrDefault("hit").ShouldBe(hit);
        }
    }

    [ContractFact]
    public async Task Scores_go_with_their_records_and_those_that_have_one_are_replaced_by_a_correction()
    {
        await Scores.ApplyAsync(
            Scored(0, 3, Score("gone", 1, null) with { Sequence = 4 }, Score("kept", 1, null) with { Sequence = 5 }, Score(
                "early", 1, null), Score("next", 1, null) with { Sequence = 1, Generation = Second }),
            default);
        (await Scores.SweepAsync(new LogStart("flights", First, 5, Noon), default)).ShouldBeFalse();
        (await Scores.ReadArmsAsync("flights", Noon, "loss", default)).ShouldBeEmpty();
        await Scores.ApplyAsync(
            Scored(3, 6, InArm("kept", "champion", 3), InArm(
                "early", "champion", 3), InArm("next", "champion", 3) with { Generation = Second }), default);
        var points = await Metrics.ReadAsync(
            new MetricsQuery("flights", Noon, Noon.AddHours(1), TimeSpan.FromHours(1), ByGeneration: true), default);
        points.Select(point => (point.Generation, point.Outcomes, point.Loss)).ShouldBe([(First, 3, 7.0 / 3), (Second, 1, 3.0)]);
        await Scores.SweepAsync(new LogStart("flights", First, 8, null), default);
        (await Scores.ReadArmsAsync("flights", Noon, "loss", default)).ShouldHaveSingleItem().Generation.ShouldBe(Second);
    }

    private static OutcomeScore InArm(string queryId, string arm, double loss, string reason = "share") =>
        new("flights", First, queryId, Noon.AddSeconds(3), new Dictionary<string, double> { [MetricsPoint.LossName] = loss })
        {
            Arm = arm,
            Reason = reason,
            Sequence = 7,
        };

    private static ScoreBatch Scored(long before, long after, params OutcomeScore[] scores) => new(before, after, scores, [], []);

    private static OutcomeScore Score(string queryId, double loss, double? hit)
    {
        var values = new Dictionary<string, double> { [MetricsPoint.LossName] = loss };
        if (hit is { } value)
            values.Add("hit", value);
        return new OutcomeScore("flights", First, queryId, Noon.AddSeconds(3), values);
    }

    private async Task<MetricsPoint> Point(TimeSpan step) =>
        (await Metrics.ReadAsync(
            new MetricsQuery("flights", Noon, Noon.AddHours(1), step, ByGeneration: true), default)).ShouldHaveSingleItem();
}
