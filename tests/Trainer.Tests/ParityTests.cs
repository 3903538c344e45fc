using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Progeny.Core.Common;
using Progeny.Trainer.Data;
using Progeny.Trainer.Jobs;
using Progeny.Trainer.Settings;
using Progeny.Trainer.Tests.Support;
using Xunit.Abstractions;

namespace Progeny.Trainer.Tests;

/// <summary>ONNX Runtime on raw fields against XGBoost's own predictions, for every objective.</summary>
public sealed class ParityTests(ITestOutputHelper log)
{
    const int Rows = 10_000;
    const double Tolerance = 1e-5;

    static readonly ConcurrentDictionary<(MachineLearningTask Task, double Scale), SampleTable> s_tables = [];

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var objective in Objectives.All)
        {
            foreach (var booster in (string[])["gbtree", "gblinear"])
                cases.Add(objective.Name, booster, "auto");
        }
        foreach (var objective in (string[])["binary:logistic", "multi:softprob", "reg:squarederror"])
        {
            cases.Add(objective, "dart", "auto");
            cases.Add(objective, "gbtree", "onehot");
            cases.Add(objective, "gbtree", "target");
            cases.Add(objective, "gblinear", "frequency");
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Onnx_predicts_what_xgboost_predicts_when_values_are_missing_or_unseen(string objective, string booster, string encoding)
    {
        var task = Objectives.All.Single(o => o.Name == objective).Task;
        double scale = objective is "reg:logistic" or "reg:squaredlogerror" ? 1 : objective is "reg:squarederror" ? 1000 : 10;
        var parameters = new JsonObject
        {
            ["objective"] = objective, ["booster"] = booster, ["encoding"] = encoding, ["rounds"] = 15, ["seed"] = 3, ["nthread"] = 1,
        };
        if (booster == "dart")
            parameters["rate_drop"] = 0.3;
        using var job = new TestJob().With(SampleTable.Create(task, 1500, seed: 1, scale: scale), parameters.ToJsonString());
        job.Train();

        var table = s_tables.GetOrAdd((task, scale), key => SampleTable.Create(key.Task, Rows, seed: 2, unseen: true, scale: key.Scale));
        job.WriteData("random.csv", table);
        var rows = TrainingRowsReader.Read(job.File("random.csv"), table.Schema, Objectives.Find(objective, task));
        var expected = Predictor.Predict(ModelState.Read(job.File("state"))!, table.Schema, rows);

        using var model = new ServedModel(job.Read("model.onnx"));
        var (actual, labels) = model.Predict(table);

        var worst = expected.Zip(actual).Max(pair => pair.First.Zip(pair.Second).Max(v =>
            Math.Abs((double)v.First - v.Second) / (task == MachineLearningTask.Regression ? Math.Max(1, Math.Abs(v.First)) : 1)));
        log.WriteLine(
            $"{objective,-22} {booster,-9} {encoding,-10} {(task == MachineLearningTask.Regression ? "relative" : "absolute")} {worst:e2}");
        worst.ShouldBeLessThanOrEqualTo(Tolerance);
        expected.Select(r => r[^1]).Distinct().Count()
            .ShouldBeGreaterThan(task == MachineLearningTask.Binary && objective == "binary:hinge" ? 1 : 50);
        for (var i = 0; i < labels.Length; i++)
            labels[i].ShouldBe(table.Schema.Label.Classes[Array.IndexOf(actual[i], actual[i].Max())]);
    }
}
