using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Explanations;
using Progeny.Core.Common;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Serving;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Explanations;

/// <summary>Shapley values against games that can be computed by hand, and against the definition.</summary>
public sealed class ExplainerTests
{
    private static readonly Manifest Three = Of(3);

    // value = a * b + c
    private static readonly byte[] ProductModel = Model(Graph(
        Node("Mul", ["a", "b"], ["ab"]), Node("Add", ["ab", "c"], ["value"]), Column("a"), Column("b"), Column("c"), Result()));

    [Fact]
    public void Product_is_shared_by_its_factors_as_by_hand()
    {
        // From (0, 0, 0) to (2, 3, 5): alone neither factor moves the product, so they share 6; c brings its own 5.
        var explanation = Explained.Of(ProductModel, Three, [2.0, 3.0, 5.0], Explained.Background(Three, [0.0, 0.0, 0.0]));
        explanation.Method.ShouldBe(ExplanationMethod.Enumeration);
        (explanation.Space, explanation.BaseValue, explanation.Value).ShouldBe(("value", 0, 11));
        explanation.Contributions.Select(part => (part.Feature, part.Amount)).ShouldBe([("c", 5), ("a", 3), ("b", 3)]);
        explanation.Contributions.ShouldAllBe(part => part.StandardError == null && part.From == "query");
        explanation.Evaluations.ShouldBe(8);
        explanation.BackgroundRows.ShouldBe(1);
    }

    [Fact]
    public void Several_background_rows_count_alike()
    {
        // Beside (1, 1, 0): from 1 to 6, of which a has (2 - 1 + 6 - 3) / 2 = 2 and b has (3 - 1 + 6 - 2) / 2 = 3.
        var explanation = Explained.Of(ProductModel, Three, [2.0, 3.0, 5.0], Explained.Background(Three, [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]));
        explanation.BaseValue.ShouldBe(0.5);
        explanation.AmountOf("a").ShouldBe((3 + 2) / 2.0, 1e-12);
        explanation.AmountOf("b").ShouldBe((3 + 3) / 2.0, 1e-12);
        explanation.AmountOf("c").ShouldBe(5, 1e-12);
        explanation.ShouldAddUp();
    }

    [Fact]
    public void Feature_that_is_the_same_everywhere_or_unused_has_no_part()
    {
        var explanation = Explained.Of(ProductModel, Three, [2.0, 3.0, 5.0], Explained.Background(Three, [2.0, 0.0, 5.0], [2.0, 1.0, 5.0]));
        explanation.AmountOf("a").ShouldBe(0);
        explanation.AmountOf("c").ShouldBe(0);
        explanation.AmountOf("b").ShouldBe(6 - 1, 1e-12);
        explanation.Evaluations.ShouldBe(4); // only b can differ
    }

    [Fact]
    public void Classification_explains_the_predicted_class_or_the_one_asked_for()
    {
        var manifest = Of(2, MachineLearningTask.Binary);
        var explanation = Explained.Of(LogisticModel(2), manifest, [1.0, 2.0], Explained.Background(manifest, [0.0, 0.0]));
        (explanation.Class, explanation.Space).ShouldBe(("yes", "probability"));
        explanation.BaseValue.ShouldBe(0.5, 1e-7);
        explanation.Value.ShouldBe(1 / (1 + Math.Exp(-3)), 1e-6);
        explanation.ShouldAddUp();
        var other = Explained.Of(LogisticModel(2), manifest, [1.0, 2.0], Explained.Background(manifest, [0.0, 0.0]), label: "no");
        other.Value.ShouldBe(1 - explanation.Value, 1e-6);
        foreach (var part in explanation.Contributions)
            other.AmountOf(part.Feature).ShouldBe(-part.Amount, 1e-6);
        Should.Throw<ReplayException>(
            () => Explained.Of(LogisticModel(2), manifest, [1.0, 2.0], Explained.Background(manifest, [0.0, 0.0]), label: "maybe"))
            .Message.ShouldBe("There is no class 'maybe'; the classes are no, yes.");
        Should.Throw<ReplayException>(
            () => Explained.Of(ProductModel, Three, [2.0, 3.0, 5.0], Explained.Background(Three, [0.0, 0.0, 0.0]), label: "yes"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sampled_values_lie_within_their_errors_of_the_exact_ones_and_add_up(int seed)
    {
        var manifest = Of(6, MachineLearningTask.Binary);
        var random = new Random(seed);
        IReadOnlyList<object?>[] rows = [
            .. Enumerable.Range(0, 20)
                .Select(_ => (IReadOnlyList<object?>)[.. Enumerable.Range(0, 6).Select(_ => (object?)((random.NextDouble() * 2) - 1))]),
        ];
        var background = Explained.Background(manifest, rows);
        IReadOnlyList<object?> query = [2.0, -1.5, 1.0, 0.5, -2.0, 1.5];
        var exact = Explained.Of(LogisticModel(6), manifest, query, background, ExplanationMethod.Enumeration);
        var sampled = Explained.Of(LogisticModel(6), manifest, query, background, ExplanationMethod.Sampling);
        sampled.ShouldAddUp();
        sampled.Samples.ShouldBeGreaterThan(1_000);
        (sampled.BaseValue, sampled.Value).ShouldBe((exact.BaseValue, exact.Value));
        foreach (var part in sampled.Contributions)
        {
            part.StandardError!.Value.ShouldBeInRange(1e-9, 0.01);
            // Five standard errors: wrong once in two million.
            Math.Abs(part.Amount - exact.AmountOf(part.Feature)).ShouldBeLessThan(5 * part.StandardError.Value);
        }

        var again = Explained.Of(LogisticModel(6), manifest, query, background, ExplanationMethod.Sampling);
        again.Contributions.ShouldBe(sampled.Contributions);
    }

    [Fact]
    public void Sampling_is_exact_where_nothing_interacts()
    {
        var manifest = Of(30);
        object?[] query = [.. Enumerable.Range(1, 30).Select(i => (object?)(double)i)];
        var explanation = Explained.Of(SumModel(30), manifest, query, Explained.Background(manifest, Zeros));
        explanation.Method.ShouldBe(ExplanationMethod.Sampling);
        explanation.ShouldAddUp();
        foreach (var part in explanation.Contributions)
            part.Amount.ShouldBe((float)part.Value!, 1e-4);
        var refused = Should.Throw<ReplayException>(() => Explained.Of(
            SumModel(30), manifest, query, Explained.Background(manifest, Zeros), ExplanationMethod.Enumeration));
        refused.Message.ShouldBe(
            "Enumeration would run the model on 1.07E+09 rows; at most 65536 are allowed. Ask for 'trees' or 'sampling'.");
    }

    [Fact]
    public void Explanation_that_is_cancelled_ends_soon()
    {
        var manifest = Of(30);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        object?[] query = [.. Enumerable.Range(1, 30).Select(i => (object?)(double)i)];
        Should.Throw<OperationCanceledException>(() => Explained.Of(
            SumModel(30), manifest, query, Explained.Background(manifest, Zeros), cancellationToken: cancelled.Token));
    }

    [Fact]
    public void Model_that_mixes_its_rows_is_run_row_by_row()
    {
        // value = x divided by the sum of the column: alone it is 1, whatever x is.
        var manifest = Of(1);
        var model = Model(Graph(
            Node("ReduceSum", ["a"], ["sum"]), Node("Div", ["a", "sum"], ["value"]), Column("a"), Result()));
        var explanation = Explained.Of(model, manifest, [4.0], Explained.Background(manifest, [2.0], [1.0]));
        explanation.Value.ShouldBe(1);
        explanation.BaseValue.ShouldBe(1);
        explanation.AmountOf("a").ShouldBe(0);
    }

    [Fact]
    public void Project_without_features_and_generation_without_rows_say_so()
    {
        var bare = Three with { Features = [], Label = null };
        Should.Throw<ReplayException>(() => Explained.Of(Identity(TensorElementType.Float, ["n"]), bare, [], Explained.Background(bare)))
            .Message.ShouldContain("declares no features");
        Should.Throw<ReplayException>(() => Explained.Of(ProductModel, Three, [2.0, 3.0, 5.0], Explained.Background(Three)))
            .Message.ShouldContain("no rows to compare");
    }

    [Fact]
    public void Trees_whose_sum_the_model_rounds_are_explained_so_only_where_that_is_asked_for()
    {
        var manifest = Of(18);
        object?[] query = [.. Enumerable.Repeat<object?>(1.0, 18)];
        var background = Explained.Background(manifest, Zeros[..18]);

        var exact = Explained.Of(Stumps(18, large: 0), manifest, query, background);
        exact.Method.ShouldBe(ExplanationMethod.Trees);
        Math.Abs(exact.Rounding).ShouldBeLessThan(1e-6);

        var rounded = Stumps(18, large: 200.3f);
        var asked = Explained.Of(rounded, manifest, query, background, ExplanationMethod.Trees);
        asked.ShouldAddUp();
        asked.AmountOf("c").ShouldBe(exact.AmountOf("c"), 1e-9);
        Math.Abs(asked.Rounding).ShouldBeInRange(1e-6, 1e-4);
        var sampled = Explained.Of(rounded, manifest, query, background);
        (sampled.Method, sampled.Rounding).ShouldBe((ExplanationMethod.Sampling, 0));
        sampled.ShouldAddUp();
    }

    private static object?[] Zeros => [.. Enumerable.Repeat<object?>(0.0, 30)];

    private static Manifest Of(int features, MachineLearningTask task = MachineLearningTask.Regression) =>
        ServedManifests.Of(task, [.. Enumerable.Range(0, features).Select(i => ServedManifests.Number(NameOf(i)))]) with
        {
            Serving = new() { Output = "value" },
        };

    private static string NameOf(int feature) => feature < 26 ? ((char)('a' + feature)).ToString() : $"x{feature}";

    /// <summary>
    /// A tree a feature, whose leaf is 0.005 more, 0.01 more, … above a half; the first has a large number beside, the last its opposite.
    /// </summary>
    private static byte[] Stumps(int features, float large)
    {
        Part[] Each(Func<int, IEnumerable<Part>> parts) => [.. Enumerable.Range(0, features).SelectMany(parts)];
        Part[] Numbers(params long[] three) => Each(_ => three.Select(number => Number(8, number)));
        return Model(Graph(
            [
                Node("Concat", Names(features), ["columns"], Attribute("axis", 2, Number(3, 1))),
                Node(
                    "TreeEnsembleRegressor", ["columns"], ["value"], Domain("ai.onnx.ml"),
                    Attribute("n_targets", 2, Number(3, 1)),
                    Attribute("nodes_treeids", 7, Each(tree => [Number(8, tree), Number(8, tree), Number(8, tree)])),
                    Attribute("nodes_nodeids", 7, Numbers(0, 1, 2)),
                    Attribute("nodes_featureids", 7, Each(tree => [Number(8, tree), Number(8, 0), Number(8, 0)])),
                    Attribute("nodes_values", 6, Each(_ => [Float(7, 0.5f), Float(7, 0), Float(7, 0)])),
                    Attribute("nodes_modes", 8, Each(_ => [Text(9, "BRANCH_LT"), Text(9, "LEAF"), Text(9, "LEAF")])),
                    Attribute("nodes_truenodeids", 7, Numbers(1, 0, 0)),
                    Attribute("nodes_falsenodeids", 7, Numbers(2, 0, 0)),
                    Attribute("target_treeids", 7, Each(tree => [Number(8, tree), Number(8, tree)])),
                    Attribute("target_nodeids", 7, Each(_ => [Number(8, 1), Number(8, 2)])),
                    Attribute("target_ids", 7, Each(_ => [Number(8, 0), Number(8, 0)])),
                    Attribute("target_weights", 6, Each(tree => [Float(7, Beside(tree)), Float(7, Beside(tree) + (0.005f * (tree + 1)))]))),
                .. Names(features).Select(Column),
                Result(),
            ]));

        // Between them, everything is added to the large number.
        float Beside(int tree) => tree == 0 ? large : tree == features - 1 ? -large : 0;
    }

    /// <summary>value = the sum of all features.</summary>
    private static byte[] SumModel(int features) => Model(Graph(
        [Node("Sum", Names(features), ["value"]), .. Names(features).Select(Column), Result()]));

    /// <summary>The probability whose log-odds are the sum of all features.</summary>
    private static byte[] LogisticModel(int features) => Model(Graph(
        [Node("Sum", Names(features), ["sum"]), Node("Sigmoid", ["sum"], ["value"]), .. Names(features).Select(Column), Result()]));

    private static string[] Names(int features) => [.. Enumerable.Range(0, features).Select(NameOf)];

    private static Part Column(string name) => Input(name, Tensor(TensorElementType.Float, ["n", 1]));

    private static Part Result() => Output("value", Tensor(TensorElementType.Float, ["n", 1]));
}
