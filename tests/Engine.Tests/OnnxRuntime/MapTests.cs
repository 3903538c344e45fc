using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

/// <summary>Sequences of maps, as exporters of classifiers yield them (ZipMap).</summary>
public sealed class MapTests
{
    [Fact]
    public void Output_when_it_is_a_sequence_of_maps_then_metadata_says_so()
    {
        using var session = new InferenceSession(ZipMap());

        var output = session.OutputMetadata["y"];

        output.IsTensor.ShouldBeFalse();
        output.OnnxValueType.ShouldBe(OnnxValueType.ONNX_TYPE_SEQUENCE);
        var map = output.AsSequenceMetadata().ElementMeta;
        map.OnnxValueType.ShouldBe(OnnxValueType.ONNX_TYPE_MAP);
        map.AsMapMetadata().KeyDataType.ShouldBe(TensorElementType.String);
        map.AsMapMetadata().ValueMetadata.ElementDataType.ShouldBe(TensorElementType.Float);
        Should.Throw<OnnxRuntimeException>(() => output.Dimensions);
        Should.Throw<OnnxRuntimeException>(() => output.ElementDataType);
        Should.Throw<OnnxRuntimeException>(() => output.AsMapMetadata());
        Should.Throw<OnnxRuntimeException>(() => output.AsOptionalMetadata());
    }

    [Fact]
    public void Output_when_it_is_a_sequence_of_maps_then_its_parts_can_be_read()
    {
        using var session = new InferenceSession(ZipMap());
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([0.1f, 0.9f, 0.7f, 0.3f], [2, 2]);

        using var outputs = session.Run(options, ["x"], [input], ["y"]);

        outputs[0].OnnxType.ShouldBe(OnnxValueType.ONNX_TYPE_SEQUENCE);
        outputs[0].IsTensor.ShouldBeFalse();
        outputs[0].GetValueCount().ShouldBe(2);
        using var second = outputs[0].GetValue(1, OrtAllocator.DefaultInstance);
        second.OnnxType.ShouldBe(OnnxValueType.ONNX_TYPE_MAP);
        second.GetValueCount().ShouldBe(2);
        using var keys = second.GetValue(0, OrtAllocator.DefaultInstance);
        using var values = second.GetValue(1, OrtAllocator.DefaultInstance);
        keys.GetStringTensorAsArray().ShouldBe(["nein", "ja"], ignoreOrder: true);
        keys.GetStringTensorAsArray().Zip(values.GetTensorDataAsSpan<float>().ToArray()).ToDictionary(pair => pair.First, pair => pair.Second)
            .ShouldBe(new Dictionary<string, float> { ["nein"] = 0.7f, ["ja"] = 0.3f }, ignoreOrder: true);
        Should.Throw<OnnxRuntimeException>(() => outputs[0].GetTensorDataAsSpan<float>().Length);
        Should.Throw<OnnxRuntimeException>(() => outputs[0].GetTensorTypeAndShape());
        Should.Throw<OnnxRuntimeException>(() => outputs[0].GetValue(2, OrtAllocator.DefaultInstance));
    }

    private static byte[] ZipMap() => OnnxModel.Model(OnnxModel.Graph(
        OnnxModel.Node(
            "ZipMap",
            ["x"],
            ["y"],
            OnnxModel.Domain("ai.onnx.ml"),
            OnnxModel.Attribute("classlabels_strings", 8, OnnxModel.Text(9, "nein"), OnnxModel.Text(9, "ja"))),
        OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n", 2])),
        OnnxModel.Output("y", OnnxModel.Nested(2, SequenceOf(MapOf(TensorElementType.String, TensorElementType.Float))))));

    private static OnnxModel.Part SequenceOf(OnnxModel.Part element) => OnnxModel.Nested(4, OnnxModel.Nested(1, element));

    private static OnnxModel.Part MapOf(TensorElementType key, TensorElementType value) =>
        OnnxModel.Nested(5, OnnxModel.Number(1, (int)key), OnnxModel.Nested(2, OnnxModel.TensorType(value, [])));
}
