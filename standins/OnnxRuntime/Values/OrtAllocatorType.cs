namespace Microsoft.ML.OnnxRuntime;

/// <summary>How memory of an allocator is managed.</summary>
public enum OrtAllocatorType
{
    DeviceAllocator = 0,
    ArenaAllocator = 1,
}
