using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.Queries;

/// <summary>The element types of the Open Inference Protocol, of ONNX, and of the schema, side by side.</summary>
public static class ElementTypes
{
    private static readonly (DataType Type, string Name, TensorElementType Onnx, int Bytes)[] All =
    [
        (DataType.Bool, "BOOL", TensorElementType.Bool, 1),
        (DataType.UInt8, "UINT8", TensorElementType.UInt8, 1),
        (DataType.UInt16, "UINT16", TensorElementType.UInt16, 2),
        (DataType.UInt32, "UINT32", TensorElementType.UInt32, 4),
        (DataType.UInt64, "UINT64", TensorElementType.UInt64, 8),
        (DataType.Int8, "INT8", TensorElementType.Int8, 1),
        (DataType.Int16, "INT16", TensorElementType.Int16, 2),
        (DataType.Int32, "INT32", TensorElementType.Int32, 4),
        (DataType.Int64, "INT64", TensorElementType.Int64, 8),
        (DataType.Fp16, "FP16", TensorElementType.Float16, 2),
        (DataType.Fp32, "FP32", TensorElementType.Float, 4),
        (DataType.Fp64, "FP64", TensorElementType.Double, 8),
        (DataType.Bytes, "BYTES", TensorElementType.String, 0),
    ];

    /// <summary>The names of all types, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(entry => entry.Name));

    /// <summary>The type's name in the protocol, e.g. <c>FP32</c>.</summary>
    public static string NameOf(DataType type) => All[(int)type].Name;

    /// <summary>The size of an element in bytes; 0 for strings.</summary>
    public static int BytesOf(DataType type) => All[(int)type].Bytes;

    /// <summary>The type as ONNX calls it.</summary>
    public static TensorElementType ToOnnx(DataType type) => All[(int)type].Onnx;

    public static bool TryParse(string name, out DataType type)
    {
        var found = Array.FindIndex(All, entry => entry.Name == name);
        type = (DataType)Math.Max(0, found);
        return found >= 0;
    }

    /// <summary>The protocol's type for one of ONNX's, or false where it has none (complex numbers, bfloat16).</summary>
    public static bool TryFromOnnx(TensorElementType onnx, out DataType type)
    {
        var found = Array.FindIndex(All, entry => entry.Onnx == onnx);
        type = (DataType)Math.Max(0, found);
        return found >= 0;
    }

    public static bool IsNumber(DataType type) => type is not (DataType.Bytes or DataType.Bool);
}
