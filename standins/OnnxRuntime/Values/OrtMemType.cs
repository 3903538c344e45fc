namespace Microsoft.ML.OnnxRuntime;

/// <summary>What memory of an allocator is for.</summary>
public enum OrtMemType
{
    CpuInput = -2,
    CpuOutput = -1,
    Cpu = CpuOutput,
    Default = 0,
}
