using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Tests.Serving;
using Tensor = Progeny.Abstractions.Queries.Tensor;

namespace Progeny.Core.Tests.Training;

/// <summary>
/// The memory that the process holds (resident set) does not grow with loads, runs and errors of models. Each bound is a fraction of
/// what a leak of the smallest thing involved would add.
/// </summary>
[Collection(Alone.Name)]
public sealed class NativeMemoryTests
{
    private const long Megabyte = 1 << 20;
    private static readonly string[] Y = ["y"];
    private static readonly Manifest WithoutSchema = ServedManifests.Of(MachineLearningTask.Regression);
    private readonly byte[] _model = OnnxModel.Identity(TensorElementType.Float, ["n"], OnnxModel.Metadata("key", "value"));

    [Fact]
    public void Memory_when_a_model_is_loaded_2_000_times_then_stays()
    {
        // A session of one node takes some 100 KB: 2,000 of them 200 MB.
        Growth(warmUp: 300, count: 2_000, () => ModelRunner.Load(_model, WithoutSchema).Dispose()).ShouldBeLessThan(32 * Megabyte);
    }

    [Fact]
    public void Memory_when_loads_fail_then_stays()
    {
        byte[] broken = [.. _model.AsSpan(0, _model.Length - 10), .. new byte[20_000]];

        // A copy of the bytes alone would be 60 MB.
        Growth(warmUp: 500, count: 3_000, () => Fails(() => ModelRunner.Load(broken, WithoutSchema).Dispose()))
            .ShouldBeLessThan(24 * Megabyte);
    }

    [Fact]
    public void Memory_when_a_model_runs_200_000_times_then_stays()
    {
        using var runner = ModelRunner.Load(_model, WithoutSchema);
        var input = Floats(new float[64]);

        // An output of one run takes at least 256 bytes: 200,000 of them 51 MB.
        Growth(warmUp: 20_000, count: 200_000, () => runner.Run([input], Y)).ShouldBeLessThan(24 * Megabyte);
    }

    [Fact]
    public void Memory_when_strings_are_run_then_stays()
    {
        using var runner = ModelRunner.Load(OnnxModel.Identity(TensorElementType.String, ["n"]), WithoutSchema);
        var input = new Tensor { Name = "x", Type = DataType.Bytes, Shape = [1], Elements = TextElements.Of(new string('x', 1_000)) };

        // Two copies of the text a run: 100 MB.
        Growth(warmUp: 5_000, count: 50_000, () => runner.Run([input], Y)).ShouldBeLessThan(24 * Megabyte);
    }

    [Fact]
    public void Memory_when_runs_fail_then_stays()
    {
        using var runner = ModelRunner.Load(OnnxModel.Identity(TensorElementType.Float, [2]), WithoutSchema);
        var input = Floats(new float[3]);

        // The status and the tensor's native part take some 200 bytes, and each tensor 256: 20 MB.
        Growth(warmUp: 2_000, count: 50_000, () => Fails(() => runner.Run([input], Y))).ShouldBeLessThan(8 * Megabyte);
    }

    private static Tensor Floats(float[] values) =>
        new() { Name = "x", Type = DataType.Fp32, Shape = [values.Length], Data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() };

    // What Should.Throw does, without the cost of its messages.
    private static void Fails(Action action)
    {
        try
        {
            action();
        }
        catch (ModelException)
        {
            return;
        }

        throw new InvalidOperationException("The call succeeded; it should have failed.");
    }

    private static long Growth(int warmUp, int count, Action step)
    {
        for (var i = 0; i < warmUp; i++)
            step();
        Collect();
        var before = Environment.WorkingSet;
        for (var i = 0; i < count; i++)
            step();
        Collect();
        return Environment.WorkingSet - before;
    }

    private static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
