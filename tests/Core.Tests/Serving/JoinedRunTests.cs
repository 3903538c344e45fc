using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Serving;

/// <summary>Queries that share a run get what they would have got alone, to the last bit.</summary>
public sealed class JoinedRunTests
{
    // The int must fit 16 bits, the root of a negative number is no prediction, and the length of a text is an output of its own.
    private static readonly Manifest Roots = ServedManifests.Of(
        MachineLearningTask.Regression,
        ServedManifests.Number("x"),
        ServedManifests.Integer("n"),
        ServedManifests.Category("c", nullable: true)) with
    {
        Serving = new() { Output = "value" },
    };

    private static readonly byte[] RootsModel = Model(Graph(
        Node("Sqrt", ["x"], ["root"]),
        Node("Cast", ["n"], ["number"], Attribute("to", 2, Number(3, (int)TensorElementType.Float))),
        Node("Add", ["root", "number"], ["value"]),
        Node("Identity", ["c"], ["text"]),
        Column("x", TensorElementType.Float),
        Column("n", TensorElementType.Int16),
        Column("c", TensorElementType.String),
        Result("value", TensorElementType.Float),
        Result("text", TensorElementType.String)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_mix_of_queries_gets_what_each_gets_alone(int seed)
    {
        using var model = ModelRunner.Load(RootsModel, Roots);
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Query(random)).ToArray();
            model.Run(parts);
            var together = parts.Select(Shown).ToArray();
            foreach (var part in parts)
                model.Run([part]);
            together.ShouldBe(parts.Select(Shown).ToArray());
        }
    }

    [Fact]
    public void Rows_that_are_left_out_are_not_run()
    {
        using var model = ModelRunner.Load(RootsModel, Roots);
        var rows = Rows([-1.0, 1L, "a"], [4.0, 1L, "b"], [9.0, 1L, null]);
        var part = new ModelPart { Rows = rows, Except = new[] { true, false, false }, Wanted = ["text"] };
        model.Run([part]);
        part.Error.ShouldBeNull();
        part.Prediction!.Scores.ToArray().ShouldBe([3, 4]);
        part.Outputs[0].Elements.Select(element => Encoding.UTF8.GetString(element.Span)).ShouldBe(["b", ""]);
    }

    [Fact]
    public void More_rows_than_a_lane_keeps_run_all_the_same()
    {
        using var model = ModelRunner.Load(RootsModel, Roots);
        var many = Rows([.. Enumerable.Range(0, 5_000).Select(i => new object?[] { (double)i * i, 0L, null })]);
        model.Predict(many).Scores.ToArray().ShouldBe(Enumerable.Range(0, 5_000).Select(i => (float)i));
    }

    [Fact]
    public void Model_whose_rows_are_independent_is_told_from_one_that_looks_at_the_whole_batch()
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x"));
        var alone = Model(
            Graph(Node("Exp", ["x"], ["value"]), Column("x", TensorElementType.Float), Result("value", TensorElementType.Float)));
        var centred = Model(Graph(
            Node("ReduceMean", ["x"], ["mean"], Attribute("keepdims", 2, Number(3, 1))),
            Node("Sub", ["x", "mean"], ["value"]),
            Column("x", TensorElementType.Float),
            Result("value", TensorElementType.Float)));
        using (var model = ModelRunner.Load(alone, manifest))
            BatchProbe.RowsAreIndependent(model, manifest).ShouldBeTrue();
        using (var model = ModelRunner.Load(centred, manifest))
            BatchProbe.RowsAreIndependent(model, manifest).ShouldBeFalse();
    }

    private static ModelPart Query(Random random)
    {
        var rows = random.Next(1, 6);
        string[][] wanted = [[], ["text"], ["text", "value"], ["value"]];
        return new ModelPart
        {
            Rows = Rows([.. Enumerable.Range(0, rows).Select(_ => Row(random))]),
            Except = random.Next(4) == 0 ? Enumerable.Range(0, rows).Select(row => row > 0 && random.Next(2) == 0).ToArray() : default,
            Wanted = wanted[random.Next(wanted.Length)],
        };
    }

    private static object?[] Row(Random random) =>
    [
        random.Next(30) == 0 ? -1.0 : random.NextDouble(),
        random.Next(30) == 0 ? 40_000L : random.Next(-100, 100),
        random.Next(3) == 0 ? null : new string('ä', random.Next(1, 20)),
    ];

    private static FeatureBatchBuilder Rows(params object?[][] rows)
    {
        var batch = new FeatureBatchBuilder(Roots.Features);
        foreach (var row in rows)
            batch.Add(row);
        batch.Errors.ShouldBeEmpty();
        return batch;
    }

    private static string Shown(ModelPart part) => part.Error is { } error
        ? error.Message
        : $"{string.Join(' ', MemoryMarshal.Cast<float, int>(part.Prediction!.Scores.Span).ToArray())}; "
            + $"{string.Join("; ", part.Outputs.Select(Shown))}";

    private static string Shown(Progeny.Abstractions.Queries.Tensor tensor) =>
        $"{tensor.Name} {tensor.Type} [{string.Join(',', tensor.Shape)}] "
            + $"{Convert.ToHexString(tensor.Data.Span)}{(tensor.Elements.IsDefault ? "" : string.Join(',', tensor.Elements.Select(element => Convert.ToHexString(element.Span))))}";

    private static Part Column(string name, TensorElementType type) => Input(name, Tensor(type, ["n", 1]));

    private static Part Result(string name, TensorElementType type) => Output(name, Tensor(type, ["n", 1]));
}
