using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Releases;

namespace Progeny.Core.Tests.Manifests;

public sealed class ManifestParserTests
{
    [Fact]
    public void Every_key_arrives_when_all_are_given()
    {
        var manifest = ManifestTexts.Valid(ManifestTexts.Full);

        manifest.Name.ShouldBe("flights");
        manifest.Version.ToNormalizedString().ShouldBe("1.2.0-beta.1");
        manifest.Description.ShouldBe("Will it be late?");
        manifest.Task.ShouldBe(MachineLearningTask.Binary);
        manifest.Features.Select(f => f.Name).ShouldBe(["hour", "distance", "origin", "state", "latitude", "weekend"]);
        manifest.Features[0].ShouldBe(new Feature { Name = "hour", Type = FeatureType.Int, Min = 0, Max = 23 });
        manifest.Features[1].ShouldBe(new Feature { Name = "distance", Type = FeatureType.Float, Nullable = true, Description = "miles" });
        manifest.Features[2].Values.ShouldBe(["ATL", "ORD", "NO"]);
        manifest.Label!.Classes.ShouldBe(["0", "1"]);
        manifest.Entity.ShouldBe("origin");
        manifest.Source.ShouldBe(new SourceManifest
        {
            Feed = "flights",
            Ordinal = "scheduled",
            Query = "SELECT hour, distance, origin, late, scheduled\nFROM flights\n",
        });
        manifest.Outcomes!.Query.ShouldBe("SELECT query_id, outcome FROM outcomes");
        manifest.Evaluation.ShouldBe(new EvaluationManifest { Method = EvaluationMethod.KFold, Folds = 4, Refit = true });
        manifest.Serving.ShouldBe(new ServingManifest
        {
            Log = QueryLogMode.Durable,
            LogSample = 0.25,
            Redact = manifest.Serving.Redact,
            Retention = TimeSpan.FromDays(30),
            MaxBatch = 64,
            MaxWait = TimeSpan.FromMilliseconds(2),
            Output = "probabilities",
            Threshold = 0.4,
        });
        manifest.Serving.Redact.ShouldBe(["origin", "vip"]);
        manifest.Retrain.ShouldBe(new RetrainManifest { Every = TimeSpan.FromDays(1), When = "auc < 0.6" });
        manifest.Rules[2].Then.Set.ShouldNotBeNull()["distance"].ShouldBe("5000");
        manifest.Rules[1].At.ShouldBe(RulePosition.After);
        manifest.Gates.ShouldBe([new GateManifest { Name = "good enough", Before = Stage.Champion, When = "auc > 0.7" }]);
    }

    [Fact]
    public void Pipeline_keeps_the_kinds_of_its_parameters()
    {
        var pipeline = ManifestTexts.Valid(ManifestTexts.Full).Pipeline;

        pipeline.Trainer.ShouldBe("xgboost");
        (pipeline.Timeout, pipeline.Memory, pipeline.Seed, pipeline.Incremental).ShouldBe((TimeSpan.FromMinutes(10), 2L << 30, 7, true));
        pipeline.Parameters.Keys.ShouldBe(["booster", "max_depth", "eta", "deep"]);
        pipeline.Parameters["booster"].ShouldBe("gbtree");
        pipeline.Parameters["max_depth"].ShouldBe(6L);
        pipeline.Parameters["eta"].ShouldBe(0.1);
        var deep = pipeline.Parameters["deep"].ShouldBeOfType<Dictionary<string, object?>>();
        deep["list"].ShouldBeOfType<List<object?>>().ShouldBe([1L, "two", true, null]);
    }

    [Fact]
    public void Augmentation_gives_values_of_the_features_types()
    {
        var augment = ManifestTexts.Valid(ManifestTexts.Full).Augment.ShouldHaveSingleItem();

        augment.Features.ShouldBe(["state", "latitude"]);
        (augment.Cache, augment.CacheSize, augment.Deadline).ShouldBe((TimeSpan.FromHours(1), 500, TimeSpan.FromMilliseconds(50)));
        augment.Default["state"].ShouldBe("");
        augment.Default["latitude"].ShouldBe(40d);
        SqlParameters.Names(augment.Query).ShouldBe(["origin", "day"]);
    }

    [Fact]
    public void Tests_give_values_of_the_features_types()
    {
        var tests = ManifestTexts.Valid(ManifestTexts.Full).Tests;

        tests[0].Given["hour"].ShouldBe(17L);
        tests[0].Given["distance"].ShouldBe(300d);
        tests[0].Given["origin"].ShouldBe("NO");
        tests[0].Expect.Label.ShouldBe("1");
        tests[0].Expect.Probability["1"].ShouldBe(new Bounds(0.3, 0.9));
        tests[1].Expect.Error.ShouldBe("closed");
        ManifestTexts.Valid(ManifestTexts.Regression).Tests[0].Expect.Value.ShouldBe(new Bounds(1, 2.5));
    }

    [Fact]
    public void Defaults_hold_where_keys_are_left_out()
    {
        var manifest = ManifestTexts.Valid(ManifestTexts.Model);

        manifest.Pipeline.Model.ShouldBe("models/model.onnx");
        manifest.Pipeline.ShouldBe(new PipelineManifest { Model = "models/model.onnx", Parameters = manifest.Pipeline.Parameters });
        manifest.Evaluation.ShouldBe(new EvaluationManifest());
        manifest.Serving.ShouldBe(new ServingManifest());
        manifest.Features.ShouldBeEmpty();
        manifest.Label.ShouldBeNull();
        manifest.Tests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[no, yes]", "no", "yes")]
    [InlineData("[0, 1.0]", "0", "1.0")]
    [InlineData("[off, on]", "off", "on")]
    [InlineData("[0o7, 1_000]", "0o7", "1_000")]
    [InlineData("[true, 0x1F]", "true", "0x1F")]
    [InlineData("[\"null\", 2001-12-14]", "null", "2001-12-14")]
    [InlineData("['1:20', 1e3]", "1:20", "1e3")]
    public void Classes_stay_as_they_were_written(string yaml, string first, string second)
    {
        var manifest = ManifestTexts.With("[\"0\", \"1\"]", yaml)
            .Replace(
                "expect: {label: 1, probability: {1: ",
                $"expect: {{label: '{second}', probability: {{'{second}': ",
                StringComparison.Ordinal);

        ManifestTexts.Valid(manifest).Label!.Classes.ShouldBe([first, second]);
    }

    [Fact]
    public void Line_ends_of_windows_and_a_byte_order_mark_make_no_difference()
    {
        var manifest = ManifestTexts.Valid("\uFEFF" + ManifestTexts.Full.Replace("\n", "\r\n", StringComparison.Ordinal));

        manifest.Source!.Query.ShouldBe(ManifestTexts.Valid(ManifestTexts.Full).Source!.Query);
    }

    [Fact]
    public void Tabs_inside_a_text_are_kept()
    {
        var manifest = ManifestTexts.Valid(ManifestTexts.With("    FROM flights\n", "    \tFROM\tflights\n"));

        manifest.Source!.Query.ShouldBe("SELECT hour, distance, origin, late, scheduled\n\tFROM\tflights\n");
    }

    [Theory]
    [InlineData("20ms", 20)]
    [InlineData("90s", 90_000)]
    [InlineData("10m", 600_000)]
    [InlineData("12h", 43_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0ms", 0)]
    public void Durations_survive_being_written_and_read(string text, long milliseconds)
    {
        ManifestUnits.TryParseDuration(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
        ManifestUnits.TryParseDuration(ManifestUnits.Format(duration), out var again).ShouldBeTrue();
        again.ShouldBe(duration);
    }
}
