using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Serving;

/// <summary>One question has one answer, to the last bit, wherever its numbers come to lie in memory.</summary>
public sealed class AlignmentTests
{
    private const int Columns = 53;
    private static readonly string[] Outputs = ["mean", "norm", "share", "product"];

    // Each output adds up in another way.
    private static readonly byte[] Sums = Model(Graph(
        Node("ReduceMean", ["x"], ["mean"], Axis),
        Node("ReduceL2", ["x"], ["norm"], Axis),
        Node("Softmax", ["x"], ["share"], Attribute("axis", 2, Number(3, 1))),
        Node("Transpose", ["x"], ["turned"]),
        Node("MatMul", ["x", "turned"], ["product"]),
        Input("x", Tensor(TensorElementType.Float, ["n", Columns])),
        Output("mean", Tensor(TensorElementType.Float, ["n", 1])),
        Output("norm", Tensor(TensorElementType.Float, ["n", 1])),
        Output("share", Tensor(TensorElementType.Float, ["n", Columns])),
        Output("product", Tensor(TensorElementType.Float, ["n", "n"]))));

    private static readonly Manifest Features =
        ServedManifests.Of(
            MachineLearningTask.Regression, [.. Enumerable.Range(0, Columns).Select(i => ServedManifests.Number($"f{i}"))]) with
        {
            Serving = new() { Output = "mean" },
        };

    private static Part Axis => Attribute("axes", 7, Number(8, 1));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Tensor_when_it_lies_at_any_offset_of_a_body_then_has_the_same_answer(int rows)
    {
        using var model = ModelRunner.Load(Sums, ServedManifests.Of(MachineLearningTask.Regression));
        var bytes = MemoryMarshal.AsBytes(Numbers(rows * Columns).AsSpan()).ToArray();
        var answers = new HashSet<string>();
        for (var offset = 0; offset < 2 * 64; offset++)
        {
            var body = new byte[offset + bytes.Length];
            bytes.CopyTo(body, offset);
            var (tensor, error) = BinaryTensors.Read("x", DataType.Fp32, [rows, Columns], body.AsMemory(offset));
            error.ShouldBeNull();
            answers.Add(string.Join(' ', model.Run([tensor!], Outputs).Select(output => Convert.ToHexString(output.Data.Span))));
        }

        answers.Count.ShouldBe(1);
    }

    [Fact]
    public void Row_when_asked_of_many_instances_or_as_a_tensor_then_has_the_same_answer()
    {
        var numbers = Numbers(Columns);
        var answers = new HashSet<int>();
        var others = new List<byte[]>();
        for (var i = 0; i < 40; i++)
        {
            using var model = ModelRunner.Load(Sums, Features);
            var rows = new FeatureBatchBuilder(Features.Features);
            rows.Add([.. numbers.Select(number => (object?)(double)number)]);
            answers.Add(BitConverter.SingleToInt32Bits(model.Predict(rows).Row(0)[0]));
            others.Add(GC.AllocateUninitializedArray<byte>(8 * (i % 8), pinned: true)); // moves what is pinned next
        }

        using var plain = ModelRunner.Load(Sums, ServedManifests.Of(MachineLearningTask.Regression));
        var tensor = new Abstractions.Queries.Tensor
        {
            Name = "x",
            Type = DataType.Fp32,
            Shape = [1, Columns],
            Data = MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray(),
        };
        answers.Add(MemoryMarshal.Cast<byte, int>(plain.Run([tensor], Outputs)[0].Data.Span)[0]);
        answers.Count.ShouldBe(1);
        GC.KeepAlive(others);
    }

    [Fact]
    public void Output_that_hangs_on_other_rows_when_probed_then_is_told_from_the_prediction()
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x"));
        Part prediction = Node("Exp", ["x"], ["value"]);
        Part[] ends = [Input("x", Tensor(TensorElementType.Float, ["n", 1])), Output("value", Tensor(TensorElementType.Float, ["n", 1]))];
        Probe([prediction, .. ends]).ShouldBe((true, true));
        Part[] centred =
        [
            Node("ReduceMean", ["x"], ["mean"], Attribute("keepdims", 2, Number(3, 1))),
            Node("Sub", ["x", "mean"], ["centred"]),
            Output("centred", Tensor(TensorElementType.Float, ["n", 1])),
        ];
        Probe([prediction, .. centred, .. ends]).ShouldBe((true, false));
        Part[] total = [
            Node("ReduceSum", ["x"], ["total"], Attribute("keepdims", 2, Number(3, 0))),
            Output("total", Tensor(TensorElementType.Float, [])),
        ];
        Probe([prediction, .. total, .. ends]).ShouldBe((true, false));

        (bool, bool) Probe(Part[] graph)
        {
            using var model = ModelRunner.Load(Model(Graph(graph)), manifest with { Serving = new() { Output = "value" } });
            return (BatchProbe.RowsAreIndependent(model, manifest), BatchProbe.OutputsAreIndependent(model, manifest));
        }
    }

    private static float[] Numbers(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }
}
