using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime.Native;

namespace Microsoft.ML.OnnxRuntime.Tensors;

/// <summary>The element types that have a .NET type.</summary>
internal static class ElementTypes
{
    private static readonly TensorElementTypeInfo?[] Infos = BuildInfos();

    /// <summary>The .NET side of an element type; null where there is none.</summary>
    public static TensorElementTypeInfo? Find(TensorElementType type) => (uint)type < (uint)Infos.Length ? Infos[(int)type] : null;

    /// <summary>The .NET side of an element type.</summary>
    /// <exception cref="OnnxRuntimeException">There is none.</exception>
    public static TensorElementTypeInfo Get(TensorElementType type) =>
        Find(type) ?? throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"Tensors of {type} have no .NET type here.");

    /// <summary>The element type of a .NET type; the compiler folds it to a constant.</summary>
    /// <exception cref="OnnxRuntimeException">No tensor holds that type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return TensorElementType.Float;
        if (typeof(T) == typeof(long)) return TensorElementType.Int64;
        if (typeof(T) == typeof(double)) return TensorElementType.Double;
        if (typeof(T) == typeof(int)) return TensorElementType.Int32;
        if (typeof(T) == typeof(bool)) return TensorElementType.Bool;
        if (typeof(T) == typeof(byte)) return TensorElementType.UInt8;
        if (typeof(T) == typeof(sbyte)) return TensorElementType.Int8;
        if (typeof(T) == typeof(short)) return TensorElementType.Int16;
        if (typeof(T) == typeof(ushort)) return TensorElementType.UInt16;
        if (typeof(T) == typeof(uint)) return TensorElementType.UInt32;
        if (typeof(T) == typeof(ulong)) return TensorElementType.UInt64;
        if (typeof(T) == typeof(Float16)) return TensorElementType.Float16;
        if (typeof(T) == typeof(BFloat16)) return TensorElementType.BFloat16;
        throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"No tensor holds elements of {typeof(T)}.");
    }

    private static TensorElementTypeInfo?[] BuildInfos()
    {
        var infos = new TensorElementTypeInfo?[(int)TensorElementType.DataTypeMax];
        infos[(int)TensorElementType.Float] = new(typeof(float), sizeof(float));
        infos[(int)TensorElementType.UInt8] = new(typeof(byte), sizeof(byte));
        infos[(int)TensorElementType.Int8] = new(typeof(sbyte), sizeof(sbyte));
        infos[(int)TensorElementType.UInt16] = new(typeof(ushort), sizeof(ushort));
        infos[(int)TensorElementType.Int16] = new(typeof(short), sizeof(short));
        infos[(int)TensorElementType.Int32] = new(typeof(int), sizeof(int));
        infos[(int)TensorElementType.Int64] = new(typeof(long), sizeof(long));
        infos[(int)TensorElementType.String] = new(typeof(string), -1);
        infos[(int)TensorElementType.Bool] = new(typeof(bool), sizeof(bool));
        infos[(int)TensorElementType.Float16] = new(typeof(Float16), sizeof(ushort));
        infos[(int)TensorElementType.Double] = new(typeof(double), sizeof(double));
        infos[(int)TensorElementType.UInt32] = new(typeof(uint), sizeof(uint));
        infos[(int)TensorElementType.UInt64] = new(typeof(ulong), sizeof(ulong));
        infos[(int)TensorElementType.BFloat16] = new(typeof(BFloat16), sizeof(ushort));
        return infos;
    }
}
