using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>Reads the <c>data</c> of an input, flat or nested, into a tensor of a known type and shape.</summary>
internal static class TensorDataReader
{
    /// <param name="most">The most elements that the request can hold: each takes a byte of it at least.</param>
    /// <exception cref="InferRequestException">The data does not fit the type or the shape.</exception>
    public static Tensor Read(ref Utf8JsonReader reader, string name, DataType type, ImmutableArray<long> shape, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InferRequestException($"The data of input '{name}' must be an array.");
        var count = CountOf(name, shape, most);
        var width = ElementTypes.BytesOf(type);
        var strings = type == DataType.Bytes ? new string[count] : [];
        var bytes = new byte[count * width];
        var read = 0;
        for (var depth = 1; depth > 0 && reader.Read();)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    depth++;
                    continue;
                case JsonTokenType.EndArray:
                    depth--;
                    continue;
                case var _ when read == count:
                    throw new InferRequestException($"Input '{name}' has more elements than its shape [{string.Join(",", shape)}] holds ({count}).");
            }

            if (!TryReadElement(ref reader, type, strings, bytes, read))
                throw new InferRequestException($"Element {read} of input '{name}' does not fit its datatype {ElementTypes.NameOf(type)}.");
            read++;
        }

        if (read != count)
            throw new InferRequestException($"Input '{name}' has {read} elements; its shape [{string.Join(",", shape)}] asks for {count}.");
        return type == DataType.Bytes
            ? new Tensor { Name = name, Type = type, Shape = shape, Strings = ImmutableCollectionsMarshal.AsImmutableArray(strings) }
            : new Tensor { Name = name, Type = type, Shape = shape, Data = bytes };
    }

    private static int CountOf(string name, ImmutableArray<long> shape, int most)
    {
        long count = 1;
        foreach (var extent in shape)
        {
            if (extent > most || (count *= extent) > most)
                throw new InferRequestException($"Input '{name}' has the shape [{string.Join(",", shape)}], which asks for more elements than the request holds.");
        }

        return (int)count;
    }

    private static bool TryReadElement(ref Utf8JsonReader reader, DataType type, string[] strings, byte[] bytes, int index)
    {
        switch (type)
        {
            case DataType.Bytes:
                if (reader.TokenType != JsonTokenType.String)
                    return false;
                strings[index] = reader.GetString()!;
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
            DataType.Fp32 => (fits || float.IsFinite((float)value)) && Put(bytes, index, (float)value),
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
