using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

public sealed class MetadataTests
{
    [Fact]
    public void Environment_when_asked_then_names_its_version_and_providers()
    {
        OrtEnv.Instance().ShouldBeSameAs(OrtEnv.Instance());
        OrtEnv.IsCreated.ShouldBeTrue();
        OrtEnv.Instance().GetVersionString().ShouldStartWith("1.3");
        OrtEnv.Instance().GetAvailableProviders().ShouldContain("CPUExecutionProvider");
        OrtMemoryInfo.DefaultInstance.Name.ShouldBe("Cpu");
    }

    [Fact]
    public void Inputs_and_outputs_when_declared_then_are_listed_in_order_with_their_shapes()
    {
        using var session = new InferenceSession(OnnxModel.Model(OnnxModel.Graph(
            OnnxModel.Node("Identity", ["first"], ["one"]),
            OnnxModel.Node("Identity", ["second"], ["two"]),
            OnnxModel.Input("second", OnnxModel.Tensor(TensorElementType.Int64, ["batch", 3, "größe"])),
            OnnxModel.Input("first", OnnxModel.Tensor(TensorElementType.Bool, [])),
            OnnxModel.Output("two", OnnxModel.Tensor(TensorElementType.Int64, ["batch", 3, "größe"])),
            OnnxModel.Output("one", OnnxModel.Tensor(TensorElementType.Bool, [])))));

        session.InputNames.ShouldBe(["second", "first"]);
        session.OutputNames.ShouldBe(["two", "one"]);
        session.InputMetadata.Keys.ShouldBe(["second", "first"], ignoreOrder: true);
        session.OutputMetadata.Count.ShouldBe(2);
        session.OverridableInitializerMetadata.ShouldBeEmpty();
        var second = session.InputMetadata["second"];
        second.OnnxValueType.ShouldBe(OnnxValueType.ONNX_TYPE_TENSOR);
        second.IsTensor.ShouldBeTrue();
        second.IsString.ShouldBeFalse();
        second.ElementDataType.ShouldBe(TensorElementType.Int64);
        second.Dimensions.ShouldBe([-1, 3, -1]);
        second.SymbolicDimensions.ShouldBe(["batch", "", "größe"]);
        session.OutputMetadata["one"].Dimensions.ShouldBeEmpty();
        session.OutputMetadata["one"].ElementType.ShouldBe(typeof(bool));
    }

    [Fact]
    public void Model_when_it_speaks_of_itself_then_is_quoted()
    {
        using var session = new InferenceSession(OnnxModel.Identity(
            TensorElementType.Float,
            ["n"],
            OnnxModel.Text(2, "the producer"),
            OnnxModel.Text(4, "org.example"),
            OnnxModel.Number(5, 4_000_000_000),
            OnnxModel.Text(6, "Größe aus 日本"),
            OnnxModel.Metadata("classes", "[\"setosa\",\"versicolor\"]"),
            OnnxModel.Metadata("schlüssel", "wert"),
            OnnxModel.Metadata("empty", "")));

        var metadata = session.ModelMetadata;
        metadata.ProducerName.ShouldBe("the producer");
        metadata.GraphName.ShouldBe("graph");
        metadata.Domain.ShouldBe("org.example");
        metadata.Version.ShouldBe(4_000_000_000);
        metadata.Description.ShouldBe("Größe aus 日本");
        metadata.CustomMetadataMap.ShouldBe(
            new Dictionary<string, string> { ["classes"] = "[\"setosa\",\"versicolor\"]", ["schlüssel"] = "wert", ["empty"] = "" }, ignoreOrder: true);
    }

    [Fact]
    public void Model_when_it_says_nothing_then_its_texts_are_empty()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Float, ["n"]));

        session.ModelMetadata.ProducerName.ShouldBe("");
        session.ModelMetadata.Description.ShouldBe("");
        session.ModelMetadata.CustomMetadataMap.ShouldBeEmpty();
    }

    [Fact]
    public void Initializer_when_it_is_an_input_too_then_a_run_may_replace_it()
    {
        var model = OnnxModel.Model(OnnxModel.Graph(
            OnnxModel.Node("Add", ["x", "offset"], ["y"]),
            OnnxModel.Constant("offset", TensorElementType.Float, BitConverter.GetBytes(10f)),
            OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
            OnnxModel.Input("offset", OnnxModel.Tensor(TensorElementType.Float, [])),
            OnnxModel.Output("y", OnnxModel.Tensor(TensorElementType.Float, ["n"]))));
        // The library warns that it cannot fold such a constant.
        using var quiet = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, quiet);
        using var options = new RunOptions();
        using var x = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        using var offset = OrtValue.CreateTensorValueFromMemory([100f], []);

        using var constant = session.Run(options, ["x"], [x], ["y"]);
        using var replaced = session.Run(options, ["x", "offset"], [x, offset], ["y"]);

        session.InputNames.ShouldBe(["x"]);
        session.OverridableInitializerMetadata.Keys.ShouldBe(["offset"]);
        constant[0].GetTensorDataAsSpan<float>()[0].ShouldBe(11);
        replaced[0].GetTensorDataAsSpan<float>()[0].ShouldBe(101);
    }
}
