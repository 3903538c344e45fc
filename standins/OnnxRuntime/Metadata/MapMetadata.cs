using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model declares for a map.</summary>
public sealed class MapMetadata
{
    internal MapMetadata(TensorElementType keyDataType, NodeMetadata valueMetadata)
    {
        KeyDataType = keyDataType;
        ValueMetadata = valueMetadata;
    }

    /// <summary>The type of the keys.</summary>
    public TensorElementType KeyDataType { get; }

    /// <summary>What the values are.</summary>
    public NodeMetadata ValueMetadata { get; }
}
