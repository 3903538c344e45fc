using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>Tensors of the protocol to values of ONNX Runtime and back.</summary>
internal static class TensorValues
{
    /// <summary>
    /// The most bytes of an output, and the most elements of one of texts; what a model makes of a query must not be answered if it is
    /// larger.
    /// </summary>
    private const long MaxBytes = 64L << 20;
    private const long MaxTexts = 1L << 20;

    /// <summary>A copy of a tensor in memory of ONNX Runtime, at a multiple of <see cref="AlignedBuffer.Alignment"/> bytes.</summary>
    public static OrtValue ToValue(Tensor tensor)
    {
        var shape = ImmutableCollectionsMarshal.AsArray(tensor.Shape)!;
        if (tensor.Type == DataType.Bytes)
            return FromStrings(tensor, shape);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, ElementTypes.ToOnnx(tensor.Type), shape);
        try
        {
            var memory = value.GetTensorMutableRawData();
            if (memory.Length != tensor.Data.Length)
                throw new ArgumentException(
                    $"'{tensor.Name}' has {tensor.Data.Length} bytes; its shape takes {memory.Length}.", nameof(tensor));
            tensor.Data.Span.CopyTo(memory);
            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    /// <summary>A copy of an output, which lives on when the value is disposed.</summary>
    /// <exception cref="ModelException">The value is no tensor, of a type that the protocol does not have, or too large.</exception>
    public static Tensor FromValue(string name, OrtValue value)
    {
        if (!value.IsTensor)
            throw new ModelException($"Output '{name}' is no tensor but a {value.OnnxType}.");
        var info = value.GetTensorTypeAndShape();
        if (!ElementTypes.TryFromOnnx(info.ElementDataType, out var type))
            throw new ModelException($"Output '{name}' has the element type {info.ElementDataType}, which the protocol does not have.");
        ImmutableArray<long> shape = [.. info.Shape];
        var isText = type == DataType.Bytes;
        if ((isText ? Count(info.Shape) : value.GetTensorSizeInBytes()) is var size && size > (isText ? MaxTexts : MaxBytes))
            throw new ModelException(
                $"Output '{name}' has {size} {(isText ? "texts" : "bytes")}; an output may have {(isText ? MaxTexts : MaxBytes)} at most.") { IsOverBound = true };
        return isText
            ? new Tensor { Name = name, Type = type, Shape = shape, Elements = ElementsOf(value, Count(info.Shape)) }
            : new Tensor { Name = name, Type = type, Shape = shape, Data = value.GetTensorMutableRawData().ToArray() };
    }

    /// <summary>The number of elements of a shape.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var extent in shape)
            count = checked(count * extent);
        return count;
    }

    /// <summary>Element <paramref name="index"/> as a number; booleans are 0 and 1.</summary>
    public static double Read(Tensor tensor, int index)
    {
        var data = tensor.Data.Span;
        return tensor.Type switch
        {
            DataType.Bool => data[index] == 0 ? 0 : 1,
            DataType.UInt8 => data[index],
            DataType.Int8 => (sbyte)data[index],
            DataType.UInt16 => MemoryMarshal.Cast<byte, ushort>(data)[index],
            DataType.Int16 => MemoryMarshal.Cast<byte, short>(data)[index],
            DataType.UInt32 => MemoryMarshal.Cast<byte, uint>(data)[index],
            DataType.Int32 => MemoryMarshal.Cast<byte, int>(data)[index],
            DataType.UInt64 => MemoryMarshal.Cast<byte, ulong>(data)[index],
            DataType.Int64 => MemoryMarshal.Cast<byte, long>(data)[index],
            DataType.Fp16 => (double)MemoryMarshal.Cast<byte, Half>(data)[index],
            DataType.Fp32 => MemoryMarshal.Cast<byte, float>(data)[index],
            DataType.Fp64 => MemoryMarshal.Cast<byte, double>(data)[index],
            _ => double.Parse(tensor.Elements[index].Span, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Element <paramref name="index"/> of an INT64 tensor, exact where a double would not be.</summary>
    public static long ReadInt64(Tensor tensor, int index) => MemoryMarshal.Cast<byte, long>(tensor.Data.Span)[index];

    /// <summary>Element <paramref name="index"/> of a <see cref="DataType.UInt64"/>, all of its digits.</summary>
    public static ulong ReadUInt64(Tensor tensor, int index) => MemoryMarshal.Cast<byte, ulong>(tensor.Data.Span)[index];

    private static ImmutableArray<ReadOnlyMemory<byte>> ElementsOf(OrtValue value, long count)
    {
        var elements = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = value.GetStringElementAsSpan(i).ToArray();
        return ImmutableCollectionsMarshal.AsImmutableArray(elements);
    }

    private static OrtValue FromStrings(Tensor tensor, long[] shape)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        try
        {
            for (var i = 0; i < tensor.Elements.Length; i++)
                value.StringTensorSetElementAt(tensor.Elements[i].Span, i);
            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }
}
