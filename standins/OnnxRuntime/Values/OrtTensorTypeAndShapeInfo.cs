using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The element type and the shape of a tensor that exists.</summary>
public readonly unsafe struct OrtTensorTypeAndShapeInfo
{
    internal OrtTensorTypeAndShapeInfo(nint info)
    {
        int type;
        Status.Check(OrtApi.GetTensorElementType(info, &type));
        nuint count;
        Status.Check(OrtApi.GetTensorShapeElementCount(info, &count));
        nuint rank;
        Status.Check(OrtApi.GetDimensionsCount(info, &rank));
        var shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            Status.Check(OrtApi.GetDimensions(info, dimensions, rank));
        }

        ElementDataType = (TensorElementType)type;
        ElementCount = (long)count;
        Shape = shape;
    }

    /// <summary>The type of the elements.</summary>
    public TensorElementType ElementDataType { get; }

    /// <summary>Whether the elements are strings.</summary>
    public bool IsString => ElementDataType == TensorElementType.String;

    /// <summary>The number of elements: the product of the shape, 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>The number of dimensions, 0 for a scalar.</summary>
    public int DimensionsCount => Shape.Length;

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public long[] Shape { get; }
}
