using NuGet.Versioning;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Tests.Training;
using Progeny.Core.Training;

namespace Progeny.Trainer.Tests;

/// <summary>The built-in trainer as the platform runs it: in a process, from a feed to an accepted and evaluated model.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private static readonly string[] Carriers = ["AA", "B6", "DL", "WN"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Binary_project_learns_what_there_is_to_learn_and_continues_from_its_state()
    {
        var manifest = Project(MachineLearningTask.Binary, ["0", "1"]);

        var first = await Run(manifest, "first", state: null);
        var second = await Run(manifest, "second", first.State.ShouldNotBeNull());

        first.Evaluation!.Rows.ShouldBe(200);
        first.Evaluation.Metrics["auc"].ShouldNotBeNull().ShouldBeGreaterThan(0.9);
        first.Data!.Rows.ShouldBe(1000);
        second.Evaluation!.Metrics["logLoss"].ShouldNotBeNull().ShouldBeLessThan(first.Evaluation.Metrics["logLoss"]!.Value);
    }

    [Fact]
    public async Task Multiclass_project_over_folds_and_regression_pass_acceptance()
    {
        var classes = Project(MachineLearningTask.Multiclass, ["0", "1", "2"]) with
        {
            Evaluation = new() { Method = EvaluationMethod.KFold, Folds = 2 },
        };
        var numbers = Project(MachineLearningTask.Regression, []);

        (await Run(classes, "classes", state: null)).Evaluation!.Metrics["accuracy"].ShouldNotBeNull().ShouldBeGreaterThan(0.8);
        (await Run(numbers, "numbers", state: null)).Evaluation!.Metrics["r2"].ShouldNotBeNull().ShouldBeGreaterThan(0.8);
    }

    [Fact]
    public async Task Wrong_parameter_is_the_trainings_failure_with_the_trainers_words()
    {
        var manifest = Project(MachineLearningTask.Binary, ["0", "1"]);
        var wrong = manifest with { Pipeline = manifest.Pipeline with { Parameters = new Dictionary<string, object?> { ["etta"] = 0.1 } } };

        var failure = await Should.ThrowAsync<TrainingFailedException>(() => Run(wrong, "wrong", state: null));

        failure.Stage.ShouldBe(TrainingStage.Trainer);
        failure.Message.ShouldContain("etta");
    }

    public void Dispose() => _folder.Dispose();

    private static Manifest Project(MachineLearningTask task, IReadOnlyList<string> classes) => new()
    {
        Name = "late",
        Version = new SemanticVersion(1, 0, 0),
        Task = task,
        Features =
        [
            new() { Name = "hour", Type = FeatureType.Int, Min = 0, Max = 23 },
            new() { Name = "distance", Type = FeatureType.Float, Nullable = true },
            new() { Name = "weekend", Type = FeatureType.Bool, Nullable = true },
            new() { Name = "carrier", Type = FeatureType.Category, Nullable = true },
        ],
        Label = new() { Name = "late", Classes = classes },
        Source = new() { Feed = "memory", Query = "SELECT * FROM flights", Ordinal = "day" },
        Pipeline = new()
        {
            Trainer = "xgboost",
            Incremental = true,
            Seed = 3,
            Parameters = new Dictionary<string, object?> { ["rounds"] = 20L, ["eta"] = 0.1, ["max_depth"] = 3L },
        },
    };

    private static IEnumerable<object?[]> Rows(int classes)
    {
        var random = new Random(11);
        for (var i = 0; i < 1000; i++)
        {
            long hour = random.Next(24);
            var distance = random.NextDouble() * 1000;
            var score = hour / 24.0 + distance / 1000;
            object label = classes == 0 ? score : Math.Min(classes - 1, (long)(score / 2 * classes));
            yield return [(long)i, hour, i % 17 == 0 ? null : distance, i % 7 < 2, i % 13 == 0 ? null : Carriers[i % 4], label];
        }
    }

    private Task<TrainingResult> Run(Manifest manifest, string name, string? state)
    {
        var feed = new MemoryFeed(["day", "hour", "distance", "weekend", "carrier", "late"], Rows(manifest.Label!.Classes.Count));
        return new TrainingRun(feed, new(), TimeProvider.System).RunAsync(
            new() { Manifest = manifest, ProjectFolder = _folder.Path, WorkFolder = _folder.At(name), PreviousState = state },
            progress: null,
            default);
    }
}
