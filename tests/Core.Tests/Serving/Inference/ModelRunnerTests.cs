using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Serving.Inference;

/// <summary>Which models fit which schemas, and what becomes of those that do not.</summary>
public sealed class ModelRunnerTests
{
    private static readonly Manifest X = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x"));

    [Fact]
    public void Features_in_another_order_than_the_models_inputs_are_matched_by_name()
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("b"), ServedManifests.Number("a"));
        var model = Model(Graph(Node("Sub", ["a", "b"], ["value"]), Column("a"), Column("b"), Value(TensorElementType.Float, "n", 1)));
        Predict(model, manifest, [1.0, 5.0]).ShouldBe([4f]);
    }

    [Theory]
    [InlineData(TensorElementType.Float)]
    [InlineData(TensorElementType.Double)]
    public void Features_are_packed_into_one_matrix_in_the_schemas_order(TensorElementType type)
    {
        var manifest = ServedManifests.Of(
            MachineLearningTask.Binary, ServedManifests.Number("a"), new Feature { Name = "b", Type = FeatureType.Bool });
        var model = Model(
            Graph(Node("Identity", ["X"], ["scores"]), Input("X", Tensor(type, ["n", 2])), Output("scores", Tensor(type, ["n", 2]))));
        Predict(model, manifest, [0.25, true], [0.75, false]).ShouldBe([0.25f, 1, 0.75f, 0]);
    }

    [Fact]
    public void One_dimension_and_other_number_types_are_taken()
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Integer("n"));
        var model = Model(Graph(
            Node("Cast", ["n"], ["value"], Attribute("to", 2, Number(3, (int)TensorElementType.Float))),
            Input("n", Tensor(TensorElementType.Int16, ["rows"])),
            Value(TensorElementType.Float, "rows")));
        Predict(model, manifest, [7L], [-3L]).ShouldBe([7, -3]);
        var exception = Should.Throw<ModelException>(() => Predict(model, manifest, [7L], [40_000L]));
        exception.Message.ShouldBe("'n' is 40000 in row 1, which the model's type INT16 cannot hold.");
        exception.IsInvalidInput.ShouldBeTrue();
    }

    [Fact]
    public void Half_precision_that_cannot_hold_a_value_refuses_it()
    {
        var model = Model(Graph(
            Node("Cast", ["x"], ["value"], Attribute("to", 2, Number(3, (int)TensorElementType.Float))),
            Input("x", Tensor(TensorElementType.Float16, ["n", 1])),
            Value(TensorElementType.Float, "n", 1)));
        Predict(model, X, [0.5], [1e-8]).ShouldBe([0.5f, 0]);
        Should.Throw<ModelException>(() => Predict(model, X, [1e6])).Message.ShouldContain(
            "'x' is 1000000 in row 0, which the model's type FP16 cannot hold");
    }

    [Fact]
    public void Positive_probability_alone_becomes_both()
    {
        var binary = ServedManifests.Of(MachineLearningTask.Binary, ServedManifests.Number("x"));
        using var model = ModelRunner.Load(
            Model(Graph(Node("Identity", ["x"], ["p"]), Column("x"), Output("p", Tensor(TensorElementType.Float, ["n", 1])))), binary);
        var prediction = model.Predict(Batch(binary, [0.25], [0.5]));
        prediction.Scores.ToArray().ShouldBe([0.75f, 0.25f, 0.5f, 0.5f]);
        prediction.Labels.ToArray().ShouldBe([0, 1]);
    }

    [Fact]
    public void Inputs_that_do_not_match_the_features_are_listed_beside_them()
    {
        var two = Model(Graph(Node("Add", ["x", "z"], ["value"]), Column("x"), Column("z"), Value(TensorElementType.Float, "n", 1)));
        Refuses(two, X, "The model's inputs (x FP32[-1,1], z FP32[-1,1]) do not match the schema's features (x)");
        Refuses(One(
            TensorElementType.String, "n", 1), X, "Input x BYTES[-1,1] cannot take the feature 'x': it would have to be x FP32[-1,1]");
        Refuses(One(TensorElementType.Float, "n", 2), X, "Input x FP32[-1,2] cannot take the feature 'x'");
        Refuses(One(TensorElementType.Float, 1, 1), X, "Input x FP32[1,1] cannot take the feature 'x'");
        var nullable = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Integer("x", nullable: true));
        Refuses(One(
            TensorElementType.Int64,
            "n",
            1), nullable, "Input x INT64[-1,1] cannot take the feature 'x': it would have to be x FP32[-1,1]");
        var category = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("a"), ServedManifests.Category("c"));
        Refuses(One(
            TensorElementType.Float, "n", 2), category, "is a matrix of numbers, which cannot take the feature 'c' of type Category");
        var three = ServedManifests.Of(
            MachineLearningTask.Regression, ServedManifests.Number("a"), ServedManifests.Number("b"), ServedManifests.Number("c"));
        Refuses(One(
            TensorElementType.Float,
            "n",
            2), three, "Input x FP32[-1,2] cannot take the 3 features: it would have to be a float matrix of shape [-1,3]");
    }

    [Fact]
    public void Output_that_cannot_be_the_prediction_is_refused_with_what_could()
    {
        var binary = ServedManifests.Of(MachineLearningTask.Binary, ServedManifests.Number("x"));
        var wide = Model(Graph(
            Node("Concat", ["x", "x", "x"], ["p"], Attribute("axis", 2, Number(3, 1))),
            Column("x"),
            Output("p", Tensor(TensorElementType.Float, ["n", 3]))));
        Refuses(wide, binary, "Output p FP32[-1,3] cannot be the prediction: it would have to be FP32[-1,2], a probability per class");
        var two = Model(Graph(
            Node("Identity", ["x"], ["p"]), Node("Neg", ["x"], ["q"]), Column("x"),
            Output("p", Tensor(TensorElementType.Float, ["n", 1])), Output("q", Tensor(TensorElementType.Float, ["n", 1]))));
        Refuses(two, X, "Which output is the prediction? Name it in serving.output; the model has p, q.");
        Predict(two, X with { Serving = new() { Output = "q" } }, [2.0]).ShouldBe([-2]);
        Refuses(two, X with { Serving = new() { Output = "r" } }, "The model has no output 'r' (serving.output); it has p, q.");
    }

    [Fact]
    public void Maps_cannot_be_the_prediction_and_are_named_as_such()
    {
        var binary = ServedManifests.Of(MachineLearningTask.Binary, ServedManifests.Number("a"), ServedManifests.Number("b"));
        var map = Nested(5, Number(1, (int)TensorElementType.String), Nested(2, TensorType(TensorElementType.Float, [])));
        var model = Model(Graph(
            Node("ZipMap", ["X"], [
                "probabilities",
            ], Domain("ai.onnx.ml"), Attribute("classlabels_strings", 8, Text(9, "no"), Text(9, "yes"))),
            Node("Cast", ["X"], ["label"], Attribute("to", 2, Number(3, (int)TensorElementType.Int64))),
            Input("X", Tensor(TensorElementType.Float, ["n", 2])),
            Output("label", Tensor(TensorElementType.Int64, ["n", 2])),
            Output("probabilities", Nested(2, Nested(4, Nested(1, map))))));
        Refuses(model, binary, "the model has label, and as no tensor, which cannot be served, probabilities (scikit-learn's converter: "
            + "options zipmap=False)");
    }

    [Fact]
    public void Model_without_an_output_that_is_a_tensor_is_refused()
    {
        var sequence = Nested(2, Nested(4, Nested(1, TensorType(TensorElementType.Float, ["n"]))));
        var model = Model(
            Graph(Node("SequenceConstruct", ["x"], ["all"]), Input("x", Tensor(TensorElementType.Float, ["n"])), Output("all", sequence)));
        Refuses(model, ServedManifests.Of(
            MachineLearningTask.Regression), "The model has no output that is a tensor ('all' is of the type sequence)");
    }

    [Fact]
    public void Model_without_inputs_is_asked_with_none()
    {
        using var model = ModelRunner.Load(
            Model(Graph(
                Node("Constant", [], ["y"], Attribute("value_float", 1, Float(2, 1.5f))),
                Output("y", Tensor(TensorElementType.Float, [])))),
            ServedManifests.Of(MachineLearningTask.Regression));
        TensorChecks.Problem([], model.Inputs).ShouldBeNull();
        model.Run([], ["y"])[0].Data.ToArray().ShouldBe(BitConverter.GetBytes(1.5f));
    }

    [Fact]
    public void Model_that_predicts_another_number_of_rows_has_failed()
    {
        var sum = Model(Graph(
            Node("ReduceSum", ["x"], ["value"], Attribute("keepdims", 2, Number(3, 1))),
            Column("x"),
            Value(TensorElementType.Float, "m", 1)));
        Predict(sum, X, [1.0]).ShouldBe([1]);
        Should.Throw<ModelException>(() => Predict(sum, X, [1.0], [2.0])).Message.ShouldBe(
            "The model predicted 1 rows for 2; one for each would be right.");
    }

    [Fact]
    public void Prediction_that_is_not_finite_is_the_models_failure()
    {
        var model = Model(Graph(Node("Sqrt", ["x"], ["value"]), Column("x"), Value(TensorElementType.Float, "n", 1)));
        var exception = Should.Throw<ModelException>(() => Predict(model, X, [1.0], [-1.0]));
        exception.Message.ShouldBe("Output 'value' is NaN for row 1; a prediction must be finite.");
        exception.IsInvalidInput.ShouldBeFalse();
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused() => Refuses([1, 2, 3], X, "The model cannot be loaded");

    private static byte[] One(TensorElementType type, params object[] shape) =>
        Model(Graph(Node("Identity", ["x"], ["value"]), Input("x", Tensor(type, shape)), Output("value", Tensor(type, shape))));

    private static Part Column(string name) => Input(name, Tensor(TensorElementType.Float, ["n", 1]));

    private static Part Value(TensorElementType type, params object[] shape) => Output("value", Tensor(type, shape));

    private static float[] Predict(byte[] bytes, Manifest manifest, params object?[][] rows)
    {
        using var model = ModelRunner.Load(bytes, manifest);
        return model.Predict(Batch(manifest, rows)).Scores.ToArray();
    }

    private static FeatureBatchBuilder Batch(Manifest manifest, params object?[][] rows)
    {
        var batch = new FeatureBatchBuilder(manifest.Features);
        foreach (var row in rows)
            batch.Add(row);
        batch.Errors.ShouldBeEmpty();
        return batch;
    }

    private static void Refuses(byte[] model, Manifest manifest, string message) =>
        Should.Throw<ModelException>(() => ModelRunner.Load(model, manifest)).Message.ShouldContain(message);
}
