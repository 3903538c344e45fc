using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

public sealed class ErrorTests : IDisposable
{
    private readonly InferenceSession _session = new(OnnxModel.Identity(TensorElementType.Float, ["rows", 2]));
    // Some of these errors the library also logs; the test's own output is enough.
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    [Fact]
    public void Load_when_the_bytes_are_no_model_then_says_so()
    {
        byte[] model = [.. "this is no model"u8];

        Should.Throw<OnnxRuntimeException>(() => new InferenceSession(model)).Message.ShouldStartWith("[ErrorCode:InvalidProtobuf]");
    }

    [Fact]
    public void Load_when_the_model_is_cut_short_then_says_so()
    {
        var model = OnnxModel.Identity(TensorElementType.Float, ["n"]);

        // The last 22 bytes name the two operator sets; with the first of them the model is whole.
        for (var length = 1; length <= model.Length - 22; length++)
        {
            Should.Throw<OnnxRuntimeException>(() => new InferenceSession(model[..length]));
        }
    }

    [Fact]
    public void Load_when_there_is_no_file_then_names_it()
    {
        var error = Should.Throw<OnnxRuntimeException>(() => new InferenceSession("/nowhere/missing.onnx"));

        error.Message.ShouldStartWith("[ErrorCode:NoSuchFile]");
        error.Message.ShouldContain("/nowhere/missing.onnx");
    }

    [Fact]
    public void Load_when_the_model_is_in_a_file_then_runs_as_from_its_bytes()
    {
        var path = Path.Combine(Path.GetTempPath(), $"größe-{Guid.NewGuid():N}.onnx");
        try
        {
            File.WriteAllBytes(path, OnnxModel.Identity(TensorElementType.Float, ["n"]));
            using var session = new InferenceSession(path);
            using var input = OrtValue.CreateTensorValueFromMemory([5f], [1]);
            using var outputs = session.Run(_options, ["x"], [input], ["y"]);
            outputs[0].GetTensorDataAsSpan<float>()[0].ShouldBe(5);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Load_when_an_operation_is_unknown_then_names_it()
    {
        var model = OnnxModel.Model(OnnxModel.Graph(
            OnnxModel.Node("Frobnicate", ["x"], ["y"]),
            OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
            OnnxModel.Output("y", OnnxModel.Tensor(TensorElementType.Float, ["n"]))));

        Should.Throw<OnnxRuntimeException>(() => new InferenceSession(model)).Message.ShouldContain("Frobnicate");
    }

    [Fact]
    public void Run_when_an_input_is_unknown_then_names_it()
    {
        using var input = Rows(1);

        var error = Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["typo"], [input], ["y"]));

        error.Message.ShouldStartWith("[ErrorCode:InvalidArgument]");
        error.Message.ShouldContain("'typo'");
    }

    [Fact]
    public void Run_when_an_output_is_unknown_then_names_it()
    {
        using var input = Rows(1);

        Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [input], ["typo"])).Message.ShouldContain("'typo'");
    }

    [Fact]
    public void Run_when_an_input_is_missing_then_names_it()
    {
        var model = OnnxModel.Model(OnnxModel.Graph(
            OnnxModel.Node("Add", ["x", "surcharge"], ["y"]),
            OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
            OnnxModel.Input("surcharge", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
            OnnxModel.Output("y", OnnxModel.Tensor(TensorElementType.Float, ["n"]))));
        using var session = new InferenceSession(model);
        using var input = OrtValue.CreateTensorValueFromMemory([1f], [1]);

        Should.Throw<OnnxRuntimeException>(() => session.Run(_options, ["x"], [input], ["y"])).Message.ShouldContain("surcharge");
    }

    [Fact]
    public void Run_when_an_input_has_another_type_then_names_both()
    {
        using var input = OrtValue.CreateTensorValueFromMemory([1.0, 2.0], [1, 2]);

        var error = Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [input], ["y"]));

        error.Message.ShouldStartWith("[ErrorCode:InvalidArgument]");
        error.Message.ShouldContain("double");
        error.Message.ShouldContain("float");
    }

    [Fact]
    public void Run_when_an_input_has_another_shape_then_names_it()
    {
        using var wide = OrtValue.CreateTensorValueFromMemory(new float[3], [1, 3]);
        using var flat = OrtValue.CreateTensorValueFromMemory(new float[2], [2]);

        Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [wide], ["y"])).Message.ShouldContain("x");
        Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [flat], ["y"])).Message.ShouldContain("rank");
    }

    [Fact]
    public void Run_when_names_and_values_differ_in_number_then_says_so()
    {
        using var input = Rows(1);
        using var output = Rows(1);

        Should.Throw<ArgumentException>(() => _session.Run(_options, ["x", "x"], [input], ["y"]));
        Should.Throw<ArgumentException>(() => _session.Run(_options, ["x"], [input], ["y", "y"], [output]));
    }

    [Fact]
    public void Run_when_one_before_failed_then_works()
    {
        using var wrong = OrtValue.CreateTensorValueFromMemory(new float[3], [1, 3]);
        using var right = Rows(2);
        Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [wrong], ["y"]));

        using var outputs = _session.Run(_options, ["x"], [right], ["y"]);

        outputs[0].GetTensorTypeAndShape().Shape.ShouldBe([2, 2]);
    }

    [Fact]
    public void Create_when_the_memory_does_not_suffice_then_says_so()
    {
        Should.Throw<OnnxRuntimeException>(() => OrtValue.CreateTensorValueFromMemory(new float[3], [2, 2]));
        Should.Throw<OnnxRuntimeException>(
            () => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [2, 2], nint.Zero, 12));
    }

    [Fact]
    public void Create_when_a_dimension_is_negative_then_says_so() =>
        Should.Throw<ArgumentOutOfRangeException>(() => OrtValue.CreateTensorValueFromMemory(new float[3], [-1]));

    [Fact]
    public void Create_when_no_tensor_holds_the_type_then_says_so()
    {
        Should.Throw<OnnxRuntimeException>(() => OrtValue.CreateTensorValueFromMemory(new decimal[1], [1]));
        Should.Throw<OnnxRuntimeException>(
            () => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.String, [1], nint.Zero, 0));
    }

    [Fact]
    public void Read_when_the_type_is_another_then_says_so()
    {
        using var tensor = Rows(1);

        Should.Throw<OnnxRuntimeException>(() => tensor.GetTensorDataAsSpan<double>().Length);
        Should.Throw<OnnxRuntimeException>(() => tensor.GetTensorMutableDataAsSpan<int>().Length);
        tensor.GetTensorDataAsSpan<byte>().Length.ShouldBe(8);
    }

    [Fact]
    public void Dispose_when_done_twice_then_does_nothing_more()
    {
        var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Float, ["rows", 2]));
        var input = Rows(1);
        var options = new RunOptions();
        var outputs = session.Run(options, ["x"], [input], ["y"]);

        for (var i = 0; i < 2; i++)
        {
            outputs.Dispose();
            options.Dispose();
            input.Dispose();
            session.Dispose();
        }
    }

    private static OrtValue Rows(int rows) => OrtValue.CreateTensorValueFromMemory(new float[rows * 2], [rows, 2]);
}
