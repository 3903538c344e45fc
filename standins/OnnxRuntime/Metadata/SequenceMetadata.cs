namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model declares for a sequence.</summary>
public sealed class SequenceMetadata
{
    internal SequenceMetadata(NodeMetadata elementMeta) => ElementMeta = elementMeta;

    /// <summary>What each of its elements is.</summary>
    public NodeMetadata ElementMeta { get; }
}
