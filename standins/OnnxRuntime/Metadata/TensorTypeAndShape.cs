using Microsoft.ML.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The element type and the shape that a model declares for a tensor.</summary>
public sealed unsafe class TensorTypeAndShape
{
    internal TensorTypeAndShape(nint info)
    {
        int type;
        Status.Check(OrtApi.GetTensorElementType(info, &type));
        nuint rank;
        Status.Check(OrtApi.GetDimensionsCount(info, &rank));
        var dimensions = new long[rank];
        var symbols = new nint[rank];
        fixed (long* sizes = dimensions)
        fixed (nint* names = symbols)
        {
            Status.Check(OrtApi.GetDimensions(info, sizes, rank));
            Status.Check(OrtApi.GetSymbolicDimensions(info, (byte**)names, rank));
        }

        ElementDataType = (TensorElementType)type;
        ElementTypeInfo = ElementTypes.Get(ElementDataType);
        Dimensions = Array.ConvertAll(dimensions, static size => (int)size);
        SymbolicDimensions = Array.ConvertAll(symbols, static name => Utf8.ToString((byte*)name));
    }

    /// <summary>The type of the elements.</summary>
    public TensorElementType ElementDataType { get; }

    /// <summary>The dimensions, outermost first; -1 where any size goes.</summary>
    public int[] Dimensions { get; }

    /// <summary>The names of the dimensions; empty where one has none.</summary>
    public string[] SymbolicDimensions { get; }

    /// <summary>The .NET side of the element type.</summary>
    public TensorElementTypeInfo ElementTypeInfo { get; }
}
