using Progeny.Abstractions.Releases;
using Progeny.Core.Evaluation;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Evaluation;

/// <summary>What the store of evaluations promises.</summary>
public abstract class EvaluationStoreTests : PerfdbTests
{
    private static readonly GenerationReference Generation = new("flights", "1.2.0", 3);

    [ContractFact]
    public async Task Evaluation_measured_last_takes_the_place_of_the_one_before_whatever_the_clock_says()
    {
        (await Perfdb.Evaluations.FindAsync(Generation, default)).ShouldBeNull();
        await Perfdb.Evaluations.SaveAsync(Create("first", Noon, double.NaN), default);
        await Perfdb.Evaluations.SaveAsync(Create("second", Noon.AddHours(-1), double.PositiveInfinity), default);
        await Perfdb.Evaluations.SaveAsync(Create("other", Noon, 1) with { Generation = Generation with { Generation = 4 } }, default);
        await ReopenAsync();

        var found = (await Perfdb.Evaluations.FindAsync(Generation, default)).ShouldNotBeNull();
        (found.JobId, found.At, found.Live.Rows).ShouldBe(("second", Noon.AddHours(-1), 7));
        found.Live.Metrics["rmse"].ShouldBe(double.PositiveInfinity);
    }

    [ContractFact]
    public async Task Backtest_is_kept_in_the_place_of_the_last_one_and_beside_the_evaluation()
    {
        (await Perfdb.Evaluations.FindBacktestAsync(Generation, default)).ShouldBeNull();
        await Perfdb.Evaluations.SaveAsync(Create("evaluation", Noon, 1), default);
        await Perfdb.Evaluations.SaveBacktestAsync(CreateBacktest("first", 0.25), default);
        await Perfdb.Evaluations.SaveBacktestAsync(CreateBacktest("second", -0.5), default);
        await ReopenAsync();

        var found = (await Perfdb.Evaluations.FindBacktestAsync(Generation, default)).ShouldNotBeNull();
        found.JobId.ShouldBe("second");
        found.Overall.Difference.ShouldBe(-0.5);
        found.Overall.Low.ShouldBeNull();
        found.Groups.Single().ShouldBe(new BacktestGroup("carrier", "AA", IsOthers: false, found.Overall));
        found.LeftOut["'x' was not logged"].ShouldBe(3);
        (await Perfdb.Evaluations.FindAsync(Generation, default))!.JobId.ShouldBe("evaluation");
    }

    private static BacktestReport CreateBacktest(string job, double difference)
    {
        var slice = new BacktestSlice { Rows = 7, Clusters = 2, Difference = difference, Better = 4, Worse = 3 };
        return new BacktestReport
        {
            Generation = Generation,
            At = Noon,
            JobId = job,
            Confidence = 0.95,
            IsByEntity = true,
            Overall = slice,
            Groups = [new BacktestGroup("carrier", "AA", IsOthers: false, slice)],
            LeftOut = new Dictionary<string, long> { ["'x' was not logged"] = 3 },
            Notes = [],
        };
    }

    private static ServedEvaluation Create(string job, DateTimeOffset at, double error)
    {
        var live = new ServedSlice { Rows = 7, Skipped = 0, Metrics = new Dictionary<string, double?> { ["rmse"] = error }, Fairness = [] };
        return new ServedEvaluation { Generation = Generation, At = at, JobId = job, Live = live, Shadow = live with { Rows = 0 } };
    }
}
