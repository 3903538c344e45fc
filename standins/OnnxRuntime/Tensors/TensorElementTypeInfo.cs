namespace Microsoft.ML.OnnxRuntime.Tensors;

/// <summary>The .NET side of a <see cref="TensorElementType"/>.</summary>
public sealed class TensorElementTypeInfo
{
    /// <summary>Pairs a .NET type with its size.</summary>
    /// <param name="type">The .NET type of an element.</param>
    /// <param name="typeSize">Bytes an element; -1 for strings.</param>
    public TensorElementTypeInfo(Type type, int typeSize)
    {
        TensorType = type;
        TypeSize = typeSize;
    }

    /// <summary>The .NET type of an element.</summary>
    public Type TensorType { get; }

    /// <summary>Bytes an element; -1 for strings.</summary>
    public int TypeSize { get; }

    /// <summary>Whether the elements are strings.</summary>
    public bool IsString => TensorType == typeof(string);
}
