namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model declares for a value that may be missing.</summary>
public sealed class OptionalMetadata
{
    internal OptionalMetadata(NodeMetadata elementMeta) => ElementMeta = elementMeta;

    /// <summary>What it is when it is there.</summary>
    public NodeMetadata ElementMeta { get; }
}
