using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The memory that the runs of all models of this program take, up to a limit: an arena of ONNX Runtime that all sessions share. It keeps
/// what runs gave back for the next ones, until it is told to shrink. A model's own weights are not in it.
/// </summary>
internal sealed class RunMemory
{
    private const int ExtendAsRequested = 1;
    private const string Name = "x";

    private readonly Lazy<InferenceSession> _smallest;
    private readonly RunOptions _shrinking = new();
    private readonly float[] _input = [0];

    public RunMemory(long bytes)
    {
        Bytes = Math.Clamp(bytes, 16L << 20, uint.MaxValue);
        OnnxRuntimeLibrary.Load();
        using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        using var arena = new OrtArenaCfg((uint)Bytes, ExtendAsRequested, -1, -1);
        OrtEnv.Instance().CreateAndRegisterAllocator(memory, arena);
        _shrinking.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        _smallest = new(() =>
        {
            using var options = OnnxRuntimeLibrary.SessionOptions();
            return new InferenceSession(Identity(), options);
        });
    }

    /// <summary>The limit.</summary>
    public long Bytes { get; }

    /// <summary>Does nothing but be called: the arena is there from the constructor on.</summary>
    public void Register()
    {
        // See above.
    }

    /// <summary>Gives back what no run needs now. The library does so behind a run only, so the smallest model there is runs.</summary>
    public void Shrink()
    {
        using var input = OrtValue.CreateTensorValueFromMemory(_input, [1]);
        using var output = _smallest.Value.Run(_shrinking, [Name], [input], ["y"]);
    }

    private static byte[] Identity()
    {
        var graph = new GraphProto { Name = "shrink", Input = { Vector(Name) }, Output = { Vector("y") } };
        graph.Node.Add(new NodeProto { OpType = "Identity", Input = { Name }, Output = { "y" } });
        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
            Graph = graph,
        }.ToByteArray();
    }

    private static ValueInfoProto Vector(string name) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 } } },
            },
        },
    };
}
