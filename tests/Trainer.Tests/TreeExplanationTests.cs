using System.Numerics;
using System.Text.Json.Nodes;
using NuGet.Versioning;
using Progeny.Abstractions.Explanations;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Tests.Explanations;
using Progeny.Trainer.Settings;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

/// <summary>
/// Shapley values along the trees that the trainer writes, against the definition: all coalitions, each run through the model.
/// </summary>
public sealed class TreeExplanationTests
{
    private const int Backgrounds = 12;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var objective in Objectives.All.Where(objective => objective.Name is not "binary:hinge"))
            cases.Add(objective.Name, "gbtree", "auto");
        cases.Add("binary:logistic", "dart", "onehot");
        cases.Add("multi:softprob", "dart", "target");
        cases.Add("reg:squarederror", "gbtree", "frequency");
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_along_the_trees_are_those_of_all_coalitions(string objective, string booster, string encoding)
    {
        var (manifest, model) = Train(objective, booster, encoding, rounds: 20);
        // Unseen and missing values take part as well.
        var rows = SampleTable.Create(manifest.Task, Backgrounds + 3, seed: 5, unseen: true).Rows;
        var background = rows.Take(Backgrounds).ToList();
        using var runner = ModelRunner.Load(model, manifest);
        foreach (var query in rows.Skip(Backgrounds))
        {
            var explanation = Explained.Of(model, manifest, query, Explained.Background(manifest, background), ExplanationMethod.Trees);
            explanation.Method.ShouldBe(ExplanationMethod.Trees);
            explanation.ShouldAddUp();
            // Asked for by its name, the method says what the model's own sums come to.
            Math.Abs(explanation.Rounding).ShouldBeLessThan(2e-6 * Math.Max(1, Math.Abs(explanation.Value)));
            var score = explanation.Class is { } label ? manifest.Label!.Classes.ToList().IndexOf(label) : 0;
            var expected = BruteForce(runner, manifest, query, background, prediction => Unlink(prediction, explanation.Space, score));
            var scale = Math.Max(1, Math.Abs(explanation.Value));
            for (var i = 0; i < expected.Length; i++)
            {
                // What is known of the sum from a 32-bit probability.
                if (explanation.Space != "logit")
                    explanation.AmountOf(manifest.Features[i].Name).ShouldBe(expected[i], 2e-4 * scale, manifest.Features[i].Name);
            }

            if (explanation.Space == "value")
            {
                var enumerated = Explained.Of(
                    model, manifest, query, Explained.Background(manifest, background), ExplanationMethod.Enumeration);
                enumerated.BaseValue.ShouldBe(explanation.BaseValue, 1e-5 * scale);
                foreach (var part in enumerated.Contributions)
                    part.Amount.ShouldBe(explanation.AmountOf(part.Feature), 1e-5 * scale);
            }
        }
    }

    [Fact]
    public void Values_of_several_classes_are_those_of_the_difference_of_their_probabilities_logarithms()
    {
        // A softmax does not tell the logits, but their differences: ln p1 - ln p0 = logit 1 - logit 0, and Shapley values are linear.
        var (manifest, model) = Train("multi:softprob", "gbtree", "auto", rounds: 20);
        var rows = SampleTable.Create(manifest.Task, Backgrounds + 2, seed: 6, unseen: true).Rows;
        var background = rows.Take(Backgrounds).ToList();
        using var runner = ModelRunner.Load(model, manifest);
        foreach (var query in rows.Skip(Backgrounds))
        {
            var one = Explained.Of(
                model, manifest, query, Explained.Background(manifest, background), ExplanationMethod.Trees, label: "middle");
            var other = Explained.Of(
                model, manifest, query, Explained.Background(manifest, background), ExplanationMethod.Trees, label: "low");
            (one.Space, other.Class).ShouldBe(("logit", "low"));
            var expected = BruteForce(runner, manifest, query, background, scores => Math.Log(scores[1]) - Math.Log(scores[0]));
            for (var i = 0; i < expected.Length; i++)
                (one.AmountOf(manifest.Features[i].Name) - other.AmountOf(manifest.Features[i].Name)).ShouldBe(expected[i], 2e-4);
        }
    }

    [Fact]
    public void Negative_class_has_the_negative_log_odds()
    {
        var (manifest, model) = Train("binary:logistic", "gbtree", "auto", rounds: 20);
        var rows = SampleTable.Create(manifest.Task, Backgrounds + 1, seed: 7).Rows;
        var background = Explained.Background(manifest, rows.Take(Backgrounds));
        var yes = Explained.Of(model, manifest, rows[^1], background, ExplanationMethod.Trees, label: "yes");
        var no = Explained.Of(model, manifest, rows[^1], background, ExplanationMethod.Trees, label: "no");
        (yes.Space, no.Value, no.BaseValue).ShouldBe(("log_odds", -yes.Value, -yes.BaseValue));
        foreach (var part in yes.Contributions)
            no.AmountOf(part.Feature).ShouldBe(-part.Amount);
    }

    [Fact]
    public void Linear_model_is_no_sum_of_trees()
    {
        var (manifest, model) = Train("reg:squarederror", "gblinear", "auto", rounds: 20);
        var rows = SampleTable.Create(manifest.Task, 2, seed: 8).Rows;
        Should.Throw<ReplayException>(
            () => Explained.Of(model, manifest, rows[0], Explained.Background(manifest, rows[1]), ExplanationMethod.Trees))
            .Message.ShouldBe("The model is no sum of trees as the built-in trainer writes them; ask for 'enumeration' or 'sampling'.");
    }

    [Fact]
    public void Many_trees_beside_a_hundred_rows_are_explained_quickly()
    {
        var (manifest, model) = Train("binary:logistic", "gbtree", "auto", rounds: 300);
        var rows = SampleTable.Create(manifest.Task, 101, seed: 9).Rows;
        var explanation = Explained.Of(model, manifest, rows[0], Explained.Background(manifest, rows.Skip(1)), ExplanationMethod.Trees);
        explanation.BackgroundRows.ShouldBe(100);
        explanation.ShouldAddUp();
    }

    private static (Manifest Manifest, byte[] Model) Train(string objective, string booster, string encoding, int rounds)
    {
        var task = Objectives.All.Single(known => known.Name == objective).Task;
        var parameters = new JsonObject
        {
            ["objective"] = objective,
            ["booster"] = booster,
            ["encoding"] = encoding,
            ["rounds"] = rounds,
            ["seed"] = 3,
            ["nthread"] = 1,
        };
        if (booster == "dart")
            parameters["rate_drop"] = 0.3;
        double scale = objective is "reg:logistic" or "reg:squaredlogerror" ? 1 : objective is "reg:squarederror" ? 1000 : 10;
        var table = SampleTable.Create(task, 800, seed: 1, scale: scale);
        using var job = new TestJob().With(table, parameters.ToJsonString());
        job.Train();
        var manifest = new Manifest
        {
            Name = "made-up",
            Version = new SemanticVersion(1, 0, 0),
            Task = task,
            Features = [
                .. table.Schema.Features.Select(
                    feature => new Feature { Name = feature.Name, Type = feature.Type, Nullable = feature.Nullable }),
            ],
            Label = new() { Name = table.Schema.Label.Name, Classes = table.Schema.Label.Classes },
            Pipeline = new() { Model = "model.onnx" },
        };
        return (manifest, job.Read("model.onnx"));
    }

    /// <summary>
    /// The Shapley values by their definition: each feature's gain over all coalitions of the others, beside each background row.
    /// </summary>
    private static double[] BruteForce(
        ModelRunner model, Manifest manifest, object?[] query, IReadOnlyList<object?[]> background, Func<float[], double> worth)
    {
        var players = query.Length;
        var amounts = new double[players];
        double[] factorials = [1, 1, 2, 6, 24, 120, 720, 5040];
        foreach (var other in background)
        {
            var batch = new FeatureBatchBuilder(manifest.Features, 1 << players);
            for (var coalition = 0; coalition < 1 << players; coalition++)
                batch.Add([.. query.Select((value, i) => (coalition >> i & 1) == 1 ? value : other[i])]);
            batch.Errors.ShouldBeEmpty();
            var prediction = model.Predict(batch);
            double[] values = [.. Enumerable.Range(0, 1 << players).Select(row => worth(prediction.Row(row).ToArray()))];
            for (var player = 0; player < players; player++)
            {
                for (var coalition = 0; coalition < values.Length; coalition++)
                {
                    var size = BitOperations.PopCount((uint)coalition);
                    if ((coalition >> player & 1) == 0)
                        amounts[player] += factorials[size] * factorials[players - size - 1] / factorials[players]
                            * (values[coalition | 1 << player] - values[coalition]) / background.Count;
                }
            }
        }

        return amounts;
    }

    private static double Unlink(float[] scores, string space, int score) => space switch
    {
        "value" => scores[score],
        "log" => Math.Log(scores[score]),
        "log_odds" when scores.Length == 1 => Math.Log(scores[0]) - Math.Log(1.0 - scores[0]),
        "log_odds" => Math.Log(scores[score]) - Math.Log(scores[1 - score]),
        _ => double.NaN,
    };
}
