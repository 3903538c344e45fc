using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Training;

/// <summary>A model whose own classes are not those of the manifest, in its order, is refused: its predictions would be swapped.</summary>
public sealed class ClassCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("good,bad", "bad,good")]
    [InlineData("bad,good", "good,bad")]
    [InlineData("a,b", "A,B")]
    [InlineData("1,0", "0,1")]
    [InlineData("true,false", "False,True")]
    [InlineData("1.1,1.10", "1.10,1.1")]
    [InlineData("a,b,c", "a,c,b")]
    public async Task Classifier_with_other_names_or_another_order_is_refused(string manifest, string model)
    {
        foreach (var labelled in (bool[])[true, false])
        {
            var message = await RefusalAsync(manifest, Classifier(Names(model), labelled));
            message.ShouldContain($"which are {Listed(manifest)}: the classes of its LinearClassifier are {Listed(model)}");
        }
    }

    [Theory]
    [InlineData("bad,good", "bad,good")]
    [InlineData("0,1", "0.0,1.0")]
    [InlineData("false,true", "False,True")]
    [InlineData("a,b,c", "a,b,c")]
    public async Task Classifier_with_the_manifests_names_in_its_order_is_accepted(string manifest, string model) =>
        await AcceptsAsync(manifest, Classifier(Names(model), labelled: true));

    [Theory]
    [InlineData("no,yes", "0,1", true)]
    [InlineData("no,yes", "-1,1", true)]
    [InlineData("0,1", "0,1", true)]
    [InlineData("0.0,1.0", "0,1", true)]
    [InlineData("false,true", "0,1", true)]
    [InlineData("7,9", "0,1", true)]
    [InlineData("1,0", "0,1", false)]
    [InlineData("0,1", "1,0", false)]
    [InlineData("no,yes", "1,0", false)]
    [InlineData("no,yes", "1,-1", false)]
    [InlineData("true,false", "0,1", false)]
    [InlineData("1,2", "0,1", false)]
    [InlineData("5,6", "6,7", false)]
    public async Task Whole_numbers_are_classes_where_the_manifest_has_such_and_else_their_places(string manifest, string model, bool fits)
    {
        var labels = model.Split(',').Select(long.Parse).ToArray();
        var bytes = Classifier(
            [.. labels.Select(label => Number(8, label))], labelled: true, name: "classlabels_ints", type: 7, TensorElementType.Int64);
        if (fits)
            await AcceptsAsync(manifest, bytes);
        else
            await RefusalAsync(manifest, bytes);
    }

    [Theory]
    [InlineData("a,b", true)]
    [InlineData("b,a", false)]
    [InlineData("b,c", false)]
    [InlineData("x,y", false)]
    public async Task Labels_found_by_the_greatest_score_are_held_to_the_probabilities(string classes, bool fits)
    {
        // As scikit-learn's converter writes most models: the index of the greatest score picks from a list of classes.
        var model = Model(Graph(
            Scores,
            Node("ArgMax", ["probabilities"], ["index"], Attribute("axis", 2, Number(3, 1)), Attribute("keepdims", 2, Number(3, 0))),
            Node("Gather", ["classes", "index"], ["label"]),
            Nested(5, Number(1, 2), Number(2, (int)TensorElementType.String), Text(6, "a"), Text(6, "b"), Text(8, "classes")),
            X, Output("label", Tensor(TensorElementType.String, ["n"])), Probabilities(2)));
        if (fits)
            await AcceptsAsync(classes, model);
        else
            (await RefusalAsync(classes, model)).ShouldContain("its output 'label'");
    }

    [Fact]
    public async Task One_probability_of_the_wrong_class_is_refused_though_the_names_are_right()
    {
        await AcceptsAsync("bad,good", OneColumn(1));
        await AcceptsAsync("bad,good", OneColumn(1, labelled: true));
        (await RefusalAsync("bad,good", OneColumn(0))).ShouldContain("'good'");
        await RefusalAsync("bad,good", OneColumn(0, labelled: true));
        // The other class is the one that is asked for, and its column comes from the right place.
        await AcceptsAsync("good,bad", OneColumn(0));

        static byte[] OneColumn(long column, bool labelled = false) => Model(Graph(
        [
            LinearClassifier(Names("bad,good"), "classlabels_strings", 8),
            Node("Gather", ["scores", "column"], ["probabilities"], Attribute("axis", 2, Number(3, 1))),
            Nested(5, Number(1, 1), Number(2, (int)TensorElementType.Int64), Text(8, "column"), Number(7, column)),
            X, Probabilities(1),
            .. labelled ? [Output("label", Tensor(TensorElementType.String, ["n"]))] : Array.Empty<Part>(),
        ]));
    }

    [Fact]
    public async Task Threshold_of_the_models_own_is_no_contradiction()
    {
        var model = Model(Graph(
            Scores,
            Node("Gather", ["probabilities", "one"], ["second"], Attribute("axis", 2, Number(3, 1))),
            Node("Greater", ["second", "threshold"], ["label"]),
            Nested(5, Number(2, (int)TensorElementType.Int64), Text(8, "one"), Number(7, 1)),
            Nested(5, Number(2, (int)TensorElementType.Float), Text(8, "threshold"), Float(4, 0.05f)),
            X, Output("label", Tensor(TensorElementType.Bool, ["n"])), Probabilities(2)));
        await AcceptsAsync("no,yes", model);
        await RefusalAsync("true,false", model);
    }

    [Fact]
    public async Task Classifier_in_a_branch_or_a_function_is_found()
    {
        var inner = LinearClassifier(Names("bad,good"), "classlabels_strings", 8);
        Part branch(string name) =>
            Attribute(name, 5, Nested(6, Text(2, name), inner, Output("scores", Tensor(TensorElementType.Float, ["n", 2]))));
        var branches = Model(Graph(
            Nested(5, Number(2, (int)TensorElementType.Bool), Text(8, "yes"), Raw(9, [1])),
            Node("If", ["yes"], ["probabilities"], branch("then_branch"), branch("else_branch")),
            X, Probabilities(2)));
        await AcceptsAsync("bad,good", branches);
        await RefusalAsync("good,bad", branches);

        var function = Model(
            Graph(Node("classify", ["x"], ["probabilities"], Domain("own")), X, Probabilities(2)),
            Nested(25, Text(1, "classify"), Text(10, "own"), Text(4, "x"), Text(5, "scores"), LinearClassifier(
                Names("bad,good"), "classlabels_strings", 8, field: 7), Nested(9, Text(1, ""), Number(2, 17)), Nested(
                    9, Text(1, "ai.onnx.ml"), Number(2, 1))),
            Nested(8, Text(1, "own"), Number(2, 1)));
        await AcceptsAsync("bad,good", function);
        await RefusalAsync("good,bad", function);
    }

    [Theory]
    [InlineData("""["bad","good"]""")]
    [InlineData("bad, good")]
    [InlineData("""{"0":"bad","1":"good"}""")]
    [InlineData("""{"bad":0,"good":1}""")]
    public async Task Metadata_that_name_the_classes_in_another_order_are_believed(string value)
    {
        var model = Model(Graph(Scores, X, Probabilities(2)), Metadata("class_names", value));
        await AcceptsAsync("bad,good", model);
        (await RefusalAsync("good,bad", model)).ShouldContain("its metadata 'class_names' has them as 'bad', 'good'");
    }

    [Fact]
    public async Task Output_that_is_no_label_says_nothing()
    {
        // The rank of a feature is a text that is a class by chance.
        var model = Model(Graph(
            Scores, Node("Cast", ["x"], ["copy"], Attribute("to", 2, Number(3, (int)TensorElementType.Int64))),
            X, Output("copy", Tensor(TensorElementType.Int64, ["n", 1])), Probabilities(2)));
        await AcceptsAsync("1,0", model);
    }

    public void Dispose() => _folder.Dispose();

    private static Part X => Input("x", Tensor(TensorElementType.Float, ["n", 1]));

    // The second is the more probable where x is above 0.
    private static Part Scores => output =>
    {
        Node("Neg", ["x"], ["minus"])(output);
        Node("Concat", ["minus", "x"], ["logits"], Attribute("axis", 2, Number(3, 1)))(output);
        Node("Softmax", ["logits"], ["probabilities"], Attribute("axis", 2, Number(3, 1)))(output);
    };

    private static Part Probabilities(int columns) => Output("probabilities", Tensor(TensorElementType.Float, ["n", columns]));

    private static Part[] Names(string names) => [.. names.Split(',').Select(name => Text(9, name))];

    private static string Listed(string names) => string.Join(", ", names.Split(',').Select(name => $"'{name}'"));

    // Field 1 is a node of a graph, 7 one of a function.
    private static Part LinearClassifier(Part[] names, string attribute, int type, int field = 1) => Nested(
        field, Text(1, "x"), Text(2, "label"), Text(2, "scores"), Text(4, "LinearClassifier"), Domain("ai.onnx.ml"),
        Attribute(attribute, type, names),
        Attribute("coefficients", 6, [.. Enumerable.Range(0, names.Length).Select(i => Float(7, i - 0.5f))]),
        Attribute("intercepts", 6, [.. Enumerable.Range(0, names.Length).Select(i => Float(7, i % 2))]),
        Attribute("multi_class", 2, Number(3, 1)),
        Attribute("post_transform", 3, Text(4, "SOFTMAX")));

    private static byte[] Classifier(
        Part[] names,
        bool labelled,
        string name = "classlabels_strings",
        int type = 8,
        TensorElementType label = TensorElementType.String) => Model(Graph(
    [
        LinearClassifier(names, name, type),
        Node("Identity", ["scores"], ["probabilities"]),
        X, Probabilities(names.Length),
        .. labelled ? [Output("label", Tensor(label, ["n"]))] : Array.Empty<Part>(),
    ]));

    private async Task AcceptsAsync(string classes, byte[] model)
    {
        await File.WriteAllBytesAsync(_folder.At("m.onnx"), model);
        (await ModelAcceptance.AcceptAsync(_folder.At("m.onnx"), Of(classes.Split(',')), null, null, default)).Dispose();
    }

    private async Task<string> RefusalAsync(string classes, byte[] model)
    {
        await File.WriteAllBytesAsync(_folder.At("m.onnx"), model);
        var failure = await Should.ThrowAsync<TrainingFailedException>(
            async () => (await ModelAcceptance.AcceptAsync(_folder.At("m.onnx"), Of(classes.Split(',')), null, null, default)).Dispose());
        failure.Stage.ShouldBe(TrainingStage.Acceptance);
        failure.Message.ShouldContain("contradicts label.classes");
        return failure.Message;
    }

    private static Manifest Of(string[] classes) => Projects.Sigmoid with
    {
        Task = classes.Length == 2 ? MachineLearningTask.Binary : MachineLearningTask.Multiclass,
        Label = new() { Name = "y", Classes = classes },
        Source = null,
    };
}
