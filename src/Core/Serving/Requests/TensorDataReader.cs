using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>Reads the <c>data</c> of an input, flat or nested, into a tensor of a known type and shape.</summary>
internal static class TensorDataReader
{
    /// <param name="length">How many bytes the data take in the request.</param>
    /// <exception cref="InferRequestException">The data does not fit the type or the shape.</exception>
    public static Tensor Read(ref Utf8JsonReader reader, string name, DataType type, ImmutableArray<long> shape, int length)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InferRequestException($"The data of input '{name}' must be an array.");
        // An element takes two bytes at least, with its comma: a shape that promises more asks for no memory.
        var count = CountOf(shape, length / 2) ?? throw WrongCount(ref reader, name, shape, "more");
        var elements = type == DataType.Bytes ? new ReadOnlyMemory<byte>[count] : [];
        var bytes = new byte[count * ElementTypes.BytesOf(type)];
        var nesting = new Nesting(shape);
        var read = 0;
        for (var start = reader; nesting.Depth > 0 && reader.Read();)
        {
            var fits = reader.TokenType switch
            {
                JsonTokenType.StartArray => nesting.TryOpen(),
                JsonTokenType.EndArray => nesting.TryClose(),
                _ => nesting.TryAddElement(),
            };
            if (!fits)
                throw new InferRequestException(
                    $"The data of input '{name}' is nested otherwise than its shape [{string.Join(",", shape)}] (at element {read}); flat "
                        + "data would do as well.");
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (read == count)
                throw WrongCount(ref start, name, shape, $"{count}");
            if (!TryReadElement(ref reader, type, elements, bytes, read))
                throw new InferRequestException($"Element {read} of input '{name}' does not fit its datatype {ElementTypes.NameOf(type)}.");
            read++;
        }

        if (read != count)
            throw new InferRequestException($"Input '{name}' has {read} elements; its shape [{string.Join(",", shape)}] asks for {count}.");
        return type == DataType.Bytes
            ? new Tensor { Name = name, Type = type, Shape = shape, Elements = ImmutableCollectionsMarshal.AsImmutableArray(elements) }
            : new Tensor { Name = name, Type = type, Shape = shape, Data = bytes };
    }

    /// <summary>The number of elements of a shape; null where it is above a bound.</summary>
    private static int? CountOf(ImmutableArray<long> shape, int most)
    {
        if (shape.Contains(0))
            return 0;
        long count = 1;
        foreach (var extent in shape)
        {
            if (extent > most || (count *= extent) > most)
                return null;
        }

        return (int)count;
    }

    private static InferRequestException WrongCount(ref Utf8JsonReader reader, string name, ImmutableArray<long> shape, string asked)
    {
        var count = 0;
        for (var depth = 1; depth > 0 && reader.Read();)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
                depth++;
            else if (reader.TokenType == JsonTokenType.EndArray)
                depth--;
            else
                count++;
        }

        return new InferRequestException($"Input '{name}' has {count} elements; its shape [{string.Join(",", shape)}] asks for {asked}.");
    }

    private static bool TryReadElement(ref Utf8JsonReader reader, DataType type, ReadOnlyMemory<byte>[] elements, byte[] bytes, int index)
    {
        switch (type)
        {
            case DataType.Bytes:
                if (reader.TokenType != JsonTokenType.String)
                    return false;
                elements[index] = Encoding.UTF8.GetBytes(reader.GetString()!);
                return true;
            case DataType.Bool:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    return false;
                bytes[index] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
                return true;
            case DataType.Fp16 or DataType.Fp32 or DataType.Fp64:
                return TryReadFloat(ref reader, type, bytes, index);
            default:
                return reader.TokenType == JsonTokenType.Number && TryReadInteger(ref reader, type, bytes, index);
        }
    }

    private static bool TryReadInteger(ref Utf8JsonReader reader, DataType type, byte[] bytes, int index)
    {
        switch (type)
        {
            case DataType.UInt8: return reader.TryGetByte(out var u8) && Put(bytes, index, u8);
            case DataType.Int8: return reader.TryGetSByte(out var i8) && Put(bytes, index, i8);
            case DataType.UInt16: return reader.TryGetUInt16(out var u16) && Put(bytes, index, u16);
            case DataType.Int16: return reader.TryGetInt16(out var i16) && Put(bytes, index, i16);
            case DataType.UInt32: return reader.TryGetUInt32(out var u32) && Put(bytes, index, u32);
            case DataType.Int32: return reader.TryGetInt32(out var i32) && Put(bytes, index, i32);
            case DataType.UInt64: return reader.TryGetUInt64(out var u64) && Put(bytes, index, u64);
            default: return reader.TryGetInt64(out var i64) && Put(bytes, index, i64);
        }
    }

    private static bool TryReadFloat(ref Utf8JsonReader reader, DataType type, byte[] bytes, int index)
    {
        // Straight to 32 bits: by way of 64 a number would be rounded twice, and might differ in its last bit from the one that was meant.
        if (type == DataType.Fp32 && reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out var single) && float.IsFinite(single) && Put(bytes, index, single);
        double value;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number: value = reader.GetDouble(); break;
            case JsonTokenType.Null: value = double.NaN; break;
            case JsonTokenType.String when reader.ValueTextEquals("NaN"u8): value = double.NaN; break;
            case JsonTokenType.String when reader.ValueTextEquals("Infinity"u8): value = double.PositiveInfinity; break;
            case JsonTokenType.String when reader.ValueTextEquals("-Infinity"u8): value = double.NegativeInfinity; break;
            default: return false;
        }

        var fits = reader.TokenType != JsonTokenType.Number;
        return type switch
        {
            DataType.Fp16 => (fits || Half.IsFinite((Half)value)) && Put(bytes, index, (Half)value),
            DataType.Fp32 => Put(bytes, index, (float)value),
            _ => (fits || double.IsFinite(value)) && Put(bytes, index, value),
        };
    }

    private static bool Put<T>(byte[] bytes, int index, T value)
        where T : unmanaged
    {
        MemoryMarshal.Cast<byte, T>(bytes.AsSpan())[index] = value;
        return true;
    }
}
