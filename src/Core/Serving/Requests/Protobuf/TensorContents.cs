using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>The typed contents of a tensor: a list of numbers or bytes, in the field that belongs to the tensor's datatype.</summary>
internal static class TensorContents
{
    private static readonly string[] _names =
    [
        "", "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents",
        "bytes_contents",
    ];

    /// <summary>The field in which elements of a type are; null: they have none and must be raw.</summary>
    public static int? FieldOf(DataType type) => type switch
    {
        DataType.Bool => 1,
        DataType.Int8 or DataType.Int16 or DataType.Int32 => 2,
        DataType.Int64 => 3,
        DataType.UInt8 or DataType.UInt16 or DataType.UInt32 => 4,
        DataType.UInt64 => 5,
        DataType.Fp32 => 6,
        DataType.Fp64 => 7,
        DataType.Bytes => 8,
        _ => null,
    };

    /// <summary>Reads the contents of an input.</summary>
    /// <exception cref="InferRequestException">They do not fit the input's datatype or shape.</exception>
    public static Tensor Read(ReadOnlyMemory<byte> message, string name, DataType type, ImmutableArray<long> shape)
    {
        if (FieldOf(type) is not { } field)
        {
            // Nothing is what an empty tensor has.
            return message.IsEmpty && BinaryTensors.Read(name, type, shape, message).Tensor is { } empty
                ? empty
                : throw new InferRequestException(
                    $"Input '{name}' is of {ElementTypes.NameOf(type)}, for which the protocol has no typed contents; raw_input_contents "
                        + "would do.");
        }

        return type == DataType.Bytes ? ReadElements(message, name, shape, field) : ReadNumbers(message, name, type, shape, field);
    }

    /// <summary>The number of bytes that the contents of an output take.</summary>
    public static long SizeOf(Tensor output)
    {
        if (output.Type == DataType.Bytes)
            return output.Elements.Sum(static element => WireWriter.SizeOfBytes(element.Length));
        return output.Data.IsEmpty ? 0 : WireWriter.SizeOfBytes(SizeOfNumbers(output));
    }

    /// <summary>Writes the contents of an output.</summary>
    public static void Write(IBufferWriter<byte> writer, Tensor output)
    {
        var field = FieldOf(output.Type)!.Value;
        if (output.Type == DataType.Bytes)
        {
            foreach (var element in output.Elements)
                writer.WriteBytes(field, element.Span);
        }
        else if (!output.Data.IsEmpty)
        {
            writer.WriteLength(field, SizeOfNumbers(output));
            if (IsFixed(output.Type))
                writer.Write(output.Data.Span);
            else
                for (var at = 0; at < output.Data.Length; at += ElementTypes.BytesOf(output.Type))
                    writer.WriteVarint(NumberAt(output, at));
        }
    }

    private static bool IsFixed(DataType type) => type is DataType.Fp32 or DataType.Fp64;

    private static long SizeOfNumbers(Tensor output)
    {
        if (IsFixed(output.Type))
            return output.Data.Length;
        long size = 0;
        for (var at = 0; at < output.Data.Length; at += ElementTypes.BytesOf(output.Type))
            size += WireWriter.SizeOfVarint(NumberAt(output, at));
        return size;
    }

    /// <summary>An integer as a varint holds it: those with a sign in 64 bits.</summary>
    private static ulong NumberAt(Tensor output, int at)
    {
        var bytes = output.Data.Span[at..];
        return output.Type switch
        {
            DataType.Int8 => (ulong)(sbyte)bytes[0],
            DataType.Int16 => (ulong)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            DataType.Int32 => (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            DataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            DataType.Int64 or DataType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _ => bytes[0],
        };
    }

    private static Tensor ReadElements(ReadOnlyMemory<byte> message, string name, ImmutableArray<long> shape, int field)
    {
        var elements = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (var reader = new WireReader(message); Next(ref reader, name, DataType.Bytes, field);)
            elements.Add(reader.ReadBytes());
        RequireCount(name, shape, elements.Count);
        return new Tensor { Name = name, Type = DataType.Bytes, Shape = shape, Elements = elements.DrainToImmutable() };
    }

    private static Tensor ReadNumbers(ReadOnlyMemory<byte> message, string name, DataType type, ImmutableArray<long> shape, int field)
    {
        var width = ElementTypes.BytesOf(type);
        var isFixed = IsFixed(type);
        ReadOnlyMemory<byte> data = default;
        ArrayBufferWriter<byte>? joined = null;
        for (var reader = new WireReader(message); Next(ref reader, name, type, field);)
        {
            var chunk = reader.Type == WireType.Bytes ? reader.ReadBytes()
                : isFixed ? reader.ReadFixed(width)
                : default(ReadOnlyMemory<byte>?);
            // Packed floats are the tensor's own bytes; only where they come in several pieces are they put together.
            if (isFixed && data.IsEmpty && joined is null)
                data = chunk!.Value;
            else if (isFixed)
                (joined ??= Begin(data)).Write(chunk!.Value.Span);
            else if (chunk is { } packed)
                WriteAll(joined ??= Begin(default), packed, name, type);
            else
                Write(joined ??= Begin(default), reader.ReadNumber(), name, type);
        }

        data = joined?.WrittenMemory ?? data;
        if (data.Length % width != 0)
            throw new InferRequestException($"Input '{name}' has {data.Length} bytes in {_names[field]}, no multiple of {width}.");
        RequireCount(name, shape, data.Length / width);
        var (tensor, error) = BinaryTensors.Read(name, type, shape, data);
        return tensor ?? throw new InferRequestException(error!);
    }

    private static bool Next(ref WireReader reader, string name, DataType type, int field)
    {
        while (reader.Read())
        {
            if (reader.Field == field)
                return true;
            if (reader.Field < _names.Length)
            {
                throw new InferRequestException(
                    $"Input '{name}' has {_names[reader.Field]}; its datatype {ElementTypes.NameOf(type)} takes {_names[field]}.");
            }

            reader.Skip();
        }

        return false;
    }

    private static ArrayBufferWriter<byte> Begin(ReadOnlyMemory<byte> first)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.Write(first.Span);
        return writer;
    }

    private static void WriteAll(ArrayBufferWriter<byte> writer, ReadOnlyMemory<byte> packed, string name, DataType type)
    {
        for (var reader = new WireReader(packed); !reader.IsAtEnd;)
            Write(writer, reader.ReadVarint(), name, type);
    }

    private static void Write(ArrayBufferWriter<byte> writer, ulong value, string name, DataType type)
    {
        var fits = type switch
        {
            DataType.Bool => value <= 1,
            DataType.Int8 => (long)value is >= sbyte.MinValue and <= sbyte.MaxValue,
            DataType.Int16 => (long)value is >= short.MinValue and <= short.MaxValue,
            DataType.Int32 => (long)value is >= int.MinValue and <= int.MaxValue,
            DataType.UInt8 => value <= byte.MaxValue,
            DataType.UInt16 => value <= ushort.MaxValue,
            DataType.UInt32 => value <= uint.MaxValue,
            _ => true,
        };
        var width = ElementTypes.BytesOf(type);
        if (!fits)
        {
            throw new InferRequestException(
                $"Element {writer.WrittenCount / width} of input '{name}' does not fit its datatype {ElementTypes.NameOf(type)}.");
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        writer.Write(bytes[..width]);
    }

    private static void RequireCount(string name, ImmutableArray<long> shape, int count)
    {
        if (BinaryTensors.CountOf(shape) is var asked && asked != count)
        {
            throw new InferRequestException(string.Create(
                CultureInfo.InvariantCulture,
                $"Input '{name}' has {count} elements; its shape [{string.Join(",", shape)}] asks for "
                    + $"{(asked is { } known ? known : "more than any request has")}."));
        }
    }
}
