using System.Globalization;
using System.Text.Json.Nodes;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Progeny.Trainer.Data;
using Progeny.Trainer.Jobs;
using Progeny.Trainer.Settings;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

public sealed class TrainingJobTests
{
    [Theory]
    [InlineData("gbtree")]
    [InlineData("gblinear")]
    public void Model_has_the_same_bytes_when_data_parameters_and_seed_are_the_same(string booster)
    {
        var table = SampleTable.Create(MachineLearningTask.Multiclass, 600, seed: 5);
        var parameters = $$"""{"booster":"{{booster}}","rounds":8,"seed":11,"nthread":2}""";
        using var first = new TestJob().With(table, parameters);
        using var second = new TestJob().With(table, parameters);
        first.Train();
        second.Train();
        first.Read("model.onnx").ShouldBe(second.Read("model.onnx"));
        first.Read("state/encoders.json").ShouldBe(second.Read("state/encoders.json"));
    }

    [Theory]
    [InlineData(MachineLearningTask.Binary, "gbtree")]
    [InlineData(MachineLearningTask.Multiclass, "gbtree")]
    [InlineData(MachineLearningTask.Regression, "gblinear")]
    public void Category_and_number_that_are_missing_in_every_row_are_trained_without(MachineLearningTask task, string booster)
    {
        var table = SampleTable.Create(task, 200, seed: 7);
        foreach (var row in table.Rows)
            (row[0], row[5], row[6]) = (null, null, null);
        using var job = new TestJob().With(table, $$"""{"booster":"{{booster}}","rounds":5,"nthread":1}""");
        job.Train();

        using var model = new ServedModel(job.Read("model.onnx"));
        var missing = model.Predict(table).Numbers.SelectMany(row => row).ToArray();
        foreach (var row in table.Rows)
            (row[5], row[6]) = ("red", "city 1");
        model.Predict(table).Numbers.SelectMany(row => row).ShouldBe(missing);
    }

    [Fact]
    public void Model_differs_when_only_the_seed_does()
    {
        var table = SampleTable.Create(MachineLearningTask.Binary, 600, seed: 5);
        using var first = new TestJob().With(table, """{"rounds":8,"seed":1,"subsample":0.5,"nthread":1}""");
        using var second = new TestJob().With(table, """{"rounds":8,"seed":2,"subsample":0.5,"nthread":1}""");
        first.Train();
        second.Train();
        first.Read("model.onnx").ShouldNotBe(second.Read("model.onnx"));
    }

    [Theory]
    [InlineData(300, 300)]
    [InlineData(1200, 1000)]
    public void Predictions_are_those_of_the_first_rows_when_a_job_ends(int rows, int expected)
    {
        var table = SampleTable.Create(MachineLearningTask.Binary, rows, seed: 6);
        using var job = new TestJob().With(table, """{"rounds":5,"nthread":1}""");
        job.Train();

        var lines = job.Lines("predictions.csv");
        lines[0].ShouldBe("no,yes");
        lines.Length.ShouldBe(expected + 1);
        using var model = new ServedModel(job.Read("model.onnx"));
        var (probabilities, _) = model.Predict(table);
        for (var i = 0; i < expected; i++)
        {
            var written = lines[i + 1].Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
            written[0].ShouldBe(probabilities[i][0], 1e-6);
            written[1].ShouldBe(probabilities[i][1], 1e-6);
        }
    }

    [Fact]
    public void Predictions_are_headed_value_when_the_task_is_regression()
    {
        using var job = new TestJob().With(SampleTable.Create(MachineLearningTask.Regression, 200, seed: 6), """{"rounds":5}""");
        job.Train();
        job.Lines("predictions.csv")[0].ShouldBe("value");
    }

    [Fact]
    public void Model_learns_the_label_when_it_depends_on_the_features()
    {
        using var job = new TestJob().With(SampleTable.Create(MachineLearningTask.Binary, 2000, seed: 7), """{"rounds":40,"nthread":1}""");
        job.Train();
        var fresh = SampleTable.Create(MachineLearningTask.Binary, 2000, seed: 8);
        using var model = new ServedModel(job.Read("model.onnx"));
        var (_, labels) = model.Predict(fresh);
        labels.Zip(fresh.Labels).Count(pair => pair.First == pair.Second).ShouldBeGreaterThan(1700);
    }

    [Theory]
    [InlineData("gbtree")]
    [InlineData("gblinear")]
    [InlineData("dart")]
    public void Training_stops_early_and_keeps_the_best_round_when_the_tail_stops_improving(string booster)
    {
        // The labels of the last rows are turned around, so that more rounds make the tail worse.
        var table = SampleTable.Create(MachineLearningTask.Binary, 1000, seed: 9);
        for (var i = 900; i < 1000; i++)
            table.Labels[i] = table.Labels[i] == "yes" ? "no" : "yes";
        using var job = new TestJob().With(
            table, $$"""{"booster":"{{booster}}","rounds":50,"early_stopping_rounds":3,"validation_fraction":0.1,"nthread":1}""");
        job.Train();

        var metrics = job.Metrics();
        metrics["rounds"]!.GetValue<int>().ShouldBe(1);
        metrics["rows_validated"]!.GetValue<int>().ShouldBe(100);
        metrics["valid_logloss"]!.GetValue<double>().ShouldBeGreaterThan(0.6);
        using var one = new TestJob().With(
            table, $$"""{"booster":"{{booster}}","rounds":1,"validation_fraction":0.1,"nthread":1}""");
        one.Train();
        job.Read("model.onnx").ShouldBe(one.Read("model.onnx"));
    }

    [Fact]
    public void Progress_is_a_line_of_json_a_round_when_rounds_are_few()
    {
        using var job = new TestJob().With(
            SampleTable.Create(MachineLearningTask.Binary, 300, seed: 4), """{"rounds":10,"validation_fraction":0.2,"nthread":1}""");
        var progress = job.Train();
        progress.Select(p => p["progress"]!.GetValue<double>()).ShouldBe([0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1, 1]);
        progress[4]["message"]!.GetValue<string>().ShouldBe("round 4 of 10");
        progress[4]["metrics"]!.AsObject().Select(m => m.Key).ShouldBe(["train_logloss", "valid_logloss"]);
    }

    [Theory]
    [InlineData("gbtree", "auto")]
    [InlineData("gblinear", "auto")]
    [InlineData("gbtree", "onehot")]
    [InlineData("dart", "target")]
    public void Training_goes_on_from_the_last_generation_when_there_is_a_previous_one(string booster, string encoding)
    {
        var parameters = $$"""{"booster":"{{booster}}","encoding":"{{encoding}}","rounds":6,"nthread":1}""";
        var newer = SampleTable.Create(MachineLearningTask.Multiclass, 700, seed: 21, unseen: true);
        using var first = new TestJob().With(SampleTable.Create(MachineLearningTask.Multiclass, 700, seed: 20), parameters);
        first.Train();
        using var second = new TestJob().With(newer, parameters).WithPrevious(first);
        second.Train();

        second.Metrics()["rounds_total"]!.GetValue<int>().ShouldBe(12);
        second.Metrics()["train_mlogloss"]!.GetValue<double>().ShouldBeLessThan(LossOf(first, newer));

        var rows = TrainingRowsReader.Read(second.File("data.csv"), newer.Schema, Objectives.Find(null, newer.Schema.Task));
        var expected = Predictor.Predict(ModelState.Read(second.File("state"))!, newer.Schema, rows);
        using var model = new ServedModel(second.Read("model.onnx"));
        var (actual, _) = model.Predict(newer);
        expected.Zip(actual).Max(p => p.First.Zip(p.Second).Max(v => Math.Abs(v.First - v.Second))).ShouldBeLessThan(1e-5f);
    }

    [Fact]
    public void Training_is_refused_when_the_previous_generation_had_other_features()
    {
        using var first = new TestJob().With(SampleTable.Create(MachineLearningTask.Binary, 300, seed: 2), """{"rounds":2}""");
        first.Train();
        using var second = new TestJob().With(SampleTable.Create(MachineLearningTask.Multiclass, 300, seed: 2), """{"rounds":2}""")
            .WithPrevious(first);
        Should.Throw<TrainerException>(second.Train).Message
            .ShouldStartWith(
                "the training cannot continue the last generation: its objective was [binary:logistic] and now is [multi:softprob]");
    }

    [Fact]
    public void Prediction_never_falls_when_a_constraint_says_so()
    {
        using var job = new TestJob().With(
            SampleTable.Create(MachineLearningTask.Regression, 800, seed: 3),
            """{"rounds":20,"monotone_constraints":{"amount":-1},"nthread":1}""");
        job.Train();
        var table = SampleTable.Create(MachineLearningTask.Regression, 50, seed: 4);
        for (var i = 0; i < table.Rows.Count; i++)
            table.Rows[i] = [(double)(i * 5) - 60, .. table.Rows[0][1..]];
        using var model = new ServedModel(job.Read("model.onnx"));
        var values = model.Predict(table).Numbers.Select(r => r[0]).ToArray();
        values.ShouldBe(values.OrderDescending());
        values[0].ShouldBeGreaterThanOrEqualTo(values[^1]);
    }

    [Fact]
    public void Category_unseen_in_training_predicts_as_a_missing_one()
    {
        using var job = new TestJob().With(SampleTable.Create(MachineLearningTask.Binary, 800, seed: 3), """{"rounds":10,"nthread":1}""");
        job.Train();
        var missing = SampleTable.Create(MachineLearningTask.Binary, 200, seed: 12);
        var unseen = SampleTable.Create(MachineLearningTask.Binary, 200, seed: 12);
        for (var i = 0; i < 200; i++)
        {
            (missing.Rows[i][5], missing.Rows[i][6]) = (null, null);
            (unseen.Rows[i][5], unseen.Rows[i][6]) = ("mauve", "Atlantis");
        }
        using var model = new ServedModel(job.Read("model.onnx"));
        model.Predict(unseen).Numbers.SelectMany(r => r).ShouldBe(model.Predict(missing).Numbers.SelectMany(r => r));
    }

    [Fact]
    public void Model_says_who_made_it_and_what_it_takes_and_gives()
    {
        using var job = new TestJob().With(
            SampleTable.Create(MachineLearningTask.Multiclass, 300, seed: 3), """{"rounds":2,"nthread":1}""");
        job.Train();
        using var model = new ServedModel(job.Read("model.onnx"));
        model.Session.ModelMetadata.ProducerName.ShouldBe("progeny");
        model.Session.ModelMetadata.CustomMetadataMap["progeny.classes"].ShouldBe("""["low","middle","high"]""");
        model.Session.InputMetadata.ToDictionary(i => i.Key, i => i.Value.ElementType).ShouldBe(new Dictionary<string, Type>
        {
            ["amount"] = typeof(float), ["count"] = typeof(long), ["level"] = typeof(float), ["active"] = typeof(bool),
            ["member"] = typeof(float), ["color"] = typeof(string), ["city"] = typeof(string),
        }, ignoreOrder: true);
        model.Session.OutputMetadata["probabilities"].Dimensions.ShouldBe([-1, 3]);
        model.Session.OutputMetadata["label"].Dimensions.ShouldBe([-1]);
    }

    [Fact]
    public void Schema_json_is_the_contract_s_when_written_for_a_manifest_s_features()
    {
        var schema = new TrainerSchema
        {
            Task = MachineLearningTask.Binary,
            Features =
            [
                new() { Name = "hour", Type = FeatureType.Int, Nullable = false, Min = 0, Max = 23 },
                new() { Name = "origin", Type = FeatureType.Category, Nullable = true, Values = ["JFK"] },
            ],
            Label = new() { Name = "late", Classes = ["0", "1"] },
            Ordinal = "departed",
        };
        using var folder = new TestJob().With(schema, "{}");
        JsonNode.DeepEquals(JsonNode.Parse(folder.Read("schema.json")), JsonNode.Parse("""
            {"task":"binary","features":[{"name":"hour","type":"int","nullable":false,"min":0,"max":23},
             {"name":"origin","type":"category","nullable":true,"values":["JFK"]}],
             "label":{"name":"late","classes":["0","1"]},"ordinal":"departed"}
            """)).ShouldBeTrue();
        schema.Columns.ShouldBe(["hour", "origin", "late", "departed"]);
    }

    [Fact]
    public void Parameters_json_is_flat_with_the_seed_when_written_for_a_pipeline()
    {
        var pipeline = new PipelineManifest
        {
            Trainer = "xgboost",
            Seed = 42,
            Parameters = new Dictionary<string, object?>
            {
                ["eta"] = 0.1, ["rounds"] = 50L, ["eval_metric"] = new List<object?> { "auc", "logloss" },
                ["monotone_constraints"] = new Dictionary<string, object?> { ["hour"] = 1L }, ["one_drop"] = true,
            },
        };
        TrainerParameters.From(pipeline).ToJsonString()
            .ShouldBe(
                """{"eta":0.1,"rounds":50,"eval_metric":["auc","logloss"],"monotone_constraints":{"hour":1},"one_drop":true,"seed":42}""");
    }

    /// <summary>The mean logarithmic loss of a folder's model on rows.</summary>
    static double LossOf(TestJob folder, SampleTable table)
    {
        using var model = new ServedModel(folder.Read("model.onnx"));
        var (probabilities, _) = model.Predict(table);
        return table.Labels.Select(
            (label, i) => -Math.Log(probabilities[i][((List<string>)[.. table.Schema.Label.Classes]).IndexOf(label)])).Average();
    }
}
