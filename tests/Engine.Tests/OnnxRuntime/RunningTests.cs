using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

/// <summary>Options, several threads, and runs that are ended early.</summary>
public sealed class RunningTests
{
    [Fact]
    public void Options_when_set_then_are_kept_and_taken_by_a_session()
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 2,
            ExecutionMode = ExecutionMode.ORT_PARALLEL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
            EnableMemoryPattern = false,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            LogVerbosityLevel = 1,
            LogId = "größe",
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddFreeDimensionOverrideByName("n", 4);

        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Float, ["n"]), options);

        (options.IntraOpNumThreads, options.InterOpNumThreads, options.ExecutionMode).ShouldBe((1, 2, ExecutionMode.ORT_PARALLEL));
        (options.EnableMemoryPattern, options.EnableCpuMemArena, options.LogId).ShouldBe((false, false, "größe"));
        (options.GraphOptimizationLevel, options.LogSeverityLevel, options.LogVerbosityLevel)
            .ShouldBe((GraphOptimizationLevel.ORT_ENABLE_BASIC, OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, 1));
        session.InputMetadata["x"].Dimensions.ShouldBe([4]);
    }

    [Fact]
    public void Options_when_not_set_then_are_the_defaults()
    {
        using var session = new SessionOptions();
        using var run = new RunOptions();

        (session.IntraOpNumThreads, session.ExecutionMode, session.GraphOptimizationLevel)
            .ShouldBe((0, ExecutionMode.ORT_SEQUENTIAL, GraphOptimizationLevel.ORT_ENABLE_ALL));
        (session.EnableMemoryPattern, session.EnableCpuMemArena).ShouldBe((true, true));
        (run.Terminate, run.LogSeverityLevel).ShouldBe((false, OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING));
    }

    [Fact]
    public void Options_when_the_library_refuses_a_value_then_says_so()
    {
        using var options = new SessionOptions();

        Should.Throw<OnnxRuntimeException>(() => options.GraphOptimizationLevel = (GraphOptimizationLevel)55);
    }

    [Fact]
    public void Options_when_disposed_after_loading_then_the_session_still_runs()
    {
        var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Float, ["n"]), options);
        options.Dispose();
        using var input = OrtValue.CreateTensorValueFromMemory([3f], [1]);
        using var run = new RunOptions { LogId = "run", LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, LogVerbosityLevel = 0 };

        using var outputs = session.Run(run, ["x"], [input], ["y"]);

        outputs[0].GetTensorDataAsSpan<float>()[0].ShouldBe(3);
    }

    [Fact]
    public async Task Terminate_when_set_during_a_run_then_ends_it_with_an_error()
    {
        using var session = new InferenceSession(EndlessLoop());
        using var options = new RunOptions();
        using var count = OrtValue.CreateTensorValueFromMemory([long.MaxValue], []);
        using var x = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        var starting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var running = Task.Run(() =>
        {
            starting.SetResult();
            using var outputs = session.Run(options, ["count", "x"], [count, x], ["y"]);
        });
        await starting.Task;
        options.Terminate = true;
        var error = await Should.ThrowAsync<OnnxRuntimeException>(running.WaitAsync(TimeSpan.FromSeconds(60)));

        error.Message.ShouldContain("terminate");
        options.Terminate.ShouldBeTrue();
    }

    [Fact]
    public void Terminate_when_taken_back_then_runs_go_on()
    {
        using var session = new InferenceSession(EndlessLoop());
        using var options = new RunOptions { Terminate = true };
        using var count = OrtValue.CreateTensorValueFromMemory([10L], []);
        using var x = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        Should.Throw<OnnxRuntimeException>(() => session.Run(options, ["count", "x"], [count, x], ["y"]));

        options.Terminate = false;
        using var outputs = session.Run(options, ["count", "x"], [count, x], ["y"]);

        outputs[0].GetTensorDataAsSpan<float>()[0].ShouldBe(11);
    }

    [Fact]
    public async Task Run_when_several_threads_share_a_session_then_each_gets_its_own()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.Int64, ["n"]));
        using var options = new RunOptions();

        var wrong = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var different = 0;
            for (var i = 0; i < 2_000; i++)
            {
                var data = new long[1 + ((thread + i) % 7)];
                Array.Fill(data, (thread * 1_000_000L) + i);
                using var input = OrtValue.CreateTensorValueFromMemory(data, [data.Length]);
                using var outputs = session.Run(options, ["x"], [input], ["y"]);
                if (!outputs[0].GetTensorDataAsSpan<long>().SequenceEqual(data)) different++;
            }

            return different;
        })));

        wrong.Sum().ShouldBe(0);
    }

    // y = x + 1 + 1 ... , count times.
    private static byte[] EndlessLoop() => OnnxModel.Model(OnnxModel.Graph(
        OnnxModel.Constant("one", TensorElementType.Float, BitConverter.GetBytes(1f)),
        OnnxModel.Node("Loop", ["count", "", "x"], ["y"], OnnxModel.Attribute("body", 5, OnnxModel.Nested(
            6,
            OnnxModel.Text(2, "body"),
            OnnxModel.Node("Identity", ["go"], ["go_on"]),
            OnnxModel.Node("Add", ["sum", "one"], ["next"]),
            OnnxModel.Input("i", OnnxModel.Tensor(TensorElementType.Int64, [])),
            OnnxModel.Input("go", OnnxModel.Tensor(TensorElementType.Bool, [])),
            OnnxModel.Input("sum", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
            OnnxModel.Output("go_on", OnnxModel.Tensor(TensorElementType.Bool, [])),
            OnnxModel.Output("next", OnnxModel.Tensor(TensorElementType.Float, ["n"]))))),
        OnnxModel.Input("count", OnnxModel.Tensor(TensorElementType.Int64, [])),
        OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n"])),
        OnnxModel.Output("y", OnnxModel.Tensor(TensorElementType.Float, ["n"]))));
}
