using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

public sealed class ShapeTests : IDisposable
{
    private readonly InferenceSession _session = new(OnnxModel.Identity(TensorElementType.Float, ["rows", 2]));
    private readonly RunOptions _options = new();

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10_000)]
    [InlineData(0)]
    public void Run_when_a_dimension_is_open_then_takes_any_size(int rows)
    {
        var data = Enumerable.Range(0, rows * 2).Select(i => (float)i).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(data, [rows, 2]);

        using var outputs = _session.Run(_options, ["x"], [input], ["y"]);

        outputs[0].GetTensorTypeAndShape().Shape.ShouldBe([rows, 2]);
        outputs[0].GetTensorTypeAndShape().DimensionsCount.ShouldBe(2);
        outputs[0].GetTensorDataAsSpan<float>().ToArray().ShouldBe(data);
    }

    [Fact]
    public void Run_when_the_tensor_is_a_scalar_then_it_has_no_dimension_and_one_element()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Double, []));
        using var input = OrtValue.CreateTensorValueFromMemory([2.5], []);

        using var outputs = session.Run(_options, ["x"], [input], ["y"]);

        var info = outputs[0].GetTensorTypeAndShape();
        info.Shape.ShouldBeEmpty();
        info.ElementCount.ShouldBe(1);
        outputs[0].GetTensorDataAsSpan<double>().ToArray().ShouldBe([2.5]);
    }

    [Fact]
    public void Run_when_outputs_exist_already_then_writes_into_them()
    {
        var written = new float[4];
        using var input = OrtValue.CreateTensorValueFromMemory([1f, 2f, 3f, 4f], [2, 2]);
        using var output = OrtValue.CreateTensorValueFromMemory(written, [2, 2]);

        _session.Run(_options, ["x"], [input], ["y"], [output]);
        written.ShouldBe([1f, 2f, 3f, 4f]);

        input.GetTensorMutableDataAsSpan<float>()[0] = 9;
        _session.Run(null, ["x"], [input], ["y"], [output]);
        written.ShouldBe([9f, 2f, 3f, 4f]);
    }

    [Fact]
    public void Run_when_an_existing_output_has_another_shape_then_says_so()
    {
        using var input = OrtValue.CreateTensorValueFromMemory([1f, 2f, 3f, 4f], [2, 2]);
        using var output = OrtValue.CreateTensorValueFromMemory(new float[2], [1, 2]);
        _options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

        Should.Throw<OnnxRuntimeException>(() => _session.Run(_options, ["x"], [input], ["y"], [output])).Message.ShouldContain("shape");
    }

    [Fact]
    public void Run_when_the_memory_is_native_then_reads_and_writes_it()
    {
        var input = Marshal.AllocHGlobal(16);
        var output = Marshal.AllocHGlobal(16);
        try
        {
            Marshal.Copy([1f, 2f, 3f, 4f], 0, input, 4);
            using var given = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [2, 2], input, 16);
            using var taken = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [2, 2], output, 16);

            _session.Run(_options, ["x"], [given], ["y"], [taken]);

            var copy = new float[4];
            Marshal.Copy(output, copy, 0, 4);
            copy.ShouldBe([1f, 2f, 3f, 4f]);
        }
        finally
        {
            Marshal.FreeHGlobal(input);
            Marshal.FreeHGlobal(output);
        }
    }

    [Fact]
    public void Run_when_the_memory_is_a_part_of_an_array_then_takes_that_part()
    {
        float[] data = [0, 0, 1, 2, 3, 4, 0];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, data.AsMemory(2, 4), [2, 2]);

        using var outputs = _session.Run(_options, ["x"], [input], ["y"]);

        outputs[0].GetTensorDataAsSpan<float>().ToArray().ShouldBe([1f, 2f, 3f, 4f]);
    }

    [Fact]
    public void Run_when_the_tensor_was_allocated_then_holds_what_was_written()
    {
        using var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, 2]);
        float[] data = [7, 8];
        data.CopyTo(input.GetTensorMutableDataAsSpan<float>());

        using var outputs = _session.Run(_options, ["x"], [input], ["y"]);

        outputs[0].GetTensorDataAsSpan<float>().ToArray().ShouldBe(data);
    }

    [Fact]
    public void Run_when_given_lists_sets_or_pairs_then_does_the_same()
    {
        using var input = OrtValue.CreateTensorValueFromMemory([1f, 2f], [1, 2]);

        using var lists = _session.Run(_options, new List<string> { "x" }, new List<OrtValue> { input }, _session.OutputNames);
        using var sets = _session.Run(_options, new HashSet<string> { "x" }, new HashSet<OrtValue> { input }, new HashSet<string> { "y" });
        using var pairs = _session.Run(_options, new Dictionary<string, OrtValue> { ["x"] = input }, ["y"]);

        foreach (var outputs in (IDisposableReadOnlyCollection<OrtValue>[])[lists, sets, pairs])
        {
            outputs.Single().GetTensorDataAsSpan<float>().ToArray().ShouldBe([1f, 2f]);
        }
    }

    [Fact]
    public void Run_when_the_model_has_many_columns_then_takes_and_gives_each()
    {
        const int columns = 300;
        var names = Enumerable.Range(0, columns).Select(i => $"c{i}").ToArray();
        OnnxModel.Part[] parts =
        [
            .. names.Select(name => OnnxModel.Node("Identity", [name], [$"{name}_out"])),
            .. names.Select(name => OnnxModel.Input(name, OnnxModel.Tensor(TensorElementType.Int64, ["n"]))),
            .. names.Select(name => OnnxModel.Output($"{name}_out", OnnxModel.Tensor(TensorElementType.Int64, ["n"]))),
        ];
        using var session = new InferenceSession(OnnxModel.Model(OnnxModel.Graph(parts)));
        session.InputNames.ShouldBe(names);
        var inputs = names.Select((_, i) => OrtValue.CreateTensorValueFromMemory([(long)i], [1])).ToArray();

        // In the opposite order, which the outputs follow.
        using var outputs = session.Run(_options, names, inputs, [.. session.OutputNames.Reverse()]);

        outputs.Select(output => output.GetTensorDataAsSpan<long>()[0]).ShouldBe(Enumerable.Range(0, columns).Select(i => (long)i).Reverse());
        foreach (var input in inputs) input.Dispose();
    }
}
