using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Progeny.Engine.Tests.OnnxRuntime;

/// <summary>
/// The memory that the process holds (resident set) must not grow with loads, runs and errors. Each bound is a fraction
/// of what a leak of the smallest thing involved would add.
/// </summary>
[Collection("Memory")]
public sealed class MemoryTests
{
    private const long Megabyte = 1 << 20;
    private static readonly string[] X = ["x"];
    private static readonly string[] Y = ["y"];
    private readonly byte[] _model = OnnxModel.Identity(TensorElementType.Float, ["n"], OnnxModel.Metadata("key", "value"));

    // Where the library reports its use, it queues something for every run that fails.
    public MemoryTests() => OrtEnv.Instance().DisableTelemetryEvents();

    [Fact]
    public void Memory_when_a_model_is_loaded_2_000_times_then_stays()
    {
        // A session of one node takes some 100 KB: 2,000 of them 200 MB.
        Grows(warmUp: 300, count: 2_000, Load).ShouldBeLessThan(32 * Megabyte);

        void Load()
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1 };
            using var session = new InferenceSession(_model, options);
            _ = session.ModelMetadata.CustomMetadataMap["key"];
        }
    }

    [Fact]
    public void Memory_when_a_model_runs_1_000_000_times_then_stays()
    {
        using var session = Session();
        using var run = new RunOptions();
        var data = new float[4];
        long[] shape = [4];

        // An output of one run takes at least 64 bytes: a million of them 64 MB.
        Grows(warmUp: 50_000, count: 1_000_000, Run).ShouldBeLessThan(24 * Megabyte);

        void Run()
        {
            using var input = OrtValue.CreateTensorValueFromMemory(data, shape);
            using var outputs = session.Run(run, X, [input], Y);
        }
    }

    [Fact]
    public void Memory_when_strings_are_run_then_stays()
    {
        using var session = new InferenceSession(OnnxModel.Identity(TensorElementType.String, ["n"]));
        using var run = new RunOptions();
        var text = new string('x', 1_000);

        // Two copies of the text a run: 100 MB.
        Grows(warmUp: 5_000, count: 50_000, Run).ShouldBeLessThan(24 * Megabyte);

        void Run()
        {
            using var input = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [1]);
            input.StringTensorSetElementAt(text.AsSpan(), 0);
            using var outputs = session.Run(run, X, [input], Y);
            _ = outputs[0].GetStringElement(0);
        }
    }

    [Fact]
    public void Memory_when_loads_fail_then_stays()
    {
        byte[] broken = [.. _model.AsSpan(0, _model.Length - 10), .. new byte[20_000]];

        // A copy of the bytes alone would be 100 MB.
        Grows(warmUp: 500, count: 5_000, Fail).ShouldBeLessThan(24 * Megabyte);

        void Fail() => Fails(() => new InferenceSession(broken).Dispose());
    }

    [Fact]
    public void Memory_when_runs_fail_then_stays()
    {
        using var session = Session();
        using var run = new RunOptions();
        var data = new double[10_000];

        // The status and the tensor's native part take some 200 bytes: 20 MB.
        Grows(warmUp: 5_000, count: 100_000, Fail).ShouldBeLessThan(8 * Megabyte);

        void Fail()
        {
            using var input = OrtValue.CreateTensorValueFromMemory(data, [data.Length]);
            Fails(() => session.Run(run, X, [input], Y).Dispose());
        }
    }

    [Fact]
    public void Memory_when_values_and_sessions_are_forgotten_then_is_collected()
    {
        // 4 KB a tensor and 100 KB a session: 450 MB.
        Grows(warmUp: 20, count: 200, Forget).ShouldBeLessThan(64 * Megabyte);

        void Forget()
        {
            var session = Session();
            for (var i = 0; i < 500; i++)
                OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1_000]).GetTensorMutableRawData().Fill(1);
            session.InputNames.Count.ShouldBe(1);
            Collect();
        }
    }

    // What Should.Throw does, without the cost of its messages.
    private static void Fails(Action action)
    {
        try
        {
            action();
        }
        catch (OnnxRuntimeException)
        {
            return;
        }

        throw new InvalidOperationException("Nothing was refused.");
    }

    private static long Grows(int warmUp, int count, Action step)
    {
        for (var i = 0; i < warmUp; i++) step();
        Collect();
        var before = Environment.WorkingSet;
        for (var i = 0; i < count; i++) step();
        Collect();
        return Environment.WorkingSet - before;
    }

    private static void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private InferenceSession Session()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        return new InferenceSession(_model, options);
    }
}
