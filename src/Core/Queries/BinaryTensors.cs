using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.Queries;

/// <summary>
/// A tensor in bytes, as the binary data extension of the Open Inference Protocol lays it out: the elements row by row, little-endian,
/// without gaps; each element of BYTES with its length before it, 4 bytes.
/// </summary>
public static class BinaryTensors
{
    private const int LengthBytes = 4;

    /// <summary>Makes a tensor of bytes without copying them.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its extents, none below 0.</param>
    /// <param name="data">All of its bytes; they must stay as they are for as long as the tensor is in use.</param>
    /// <returns>The tensor, or what does not fit.</returns>
    public static (Tensor? Tensor, string? Error) Read(string name, DataType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> data)
    {
        var count = CountOf(shape);
        if (type == DataType.Bytes)
            return ReadElements(name, shape, count, data);

        var width = ElementTypes.BytesOf(type);
        if (count is null || count > Array.MaxLength / width || count * width != data.Length)
        {
            var asked = count is null || count > long.MaxValue / width ? "more than any request has" : $"{count * width}";
            return (null, $"Input '{name}' has {data.Length} bytes of binary data; its shape {Text(shape)} of {ElementTypes.NameOf(type)} "
                + $"takes {asked}.");
        }

        if (type == DataType.Bool && data.Span.IndexOfAnyExceptInRange<byte>(0, 1) is >= 0 and var odd)
            return (null, $"Element {odd} of input '{name}' is {data.Span[odd]} in binary data; a BOOL is 0 or 1.");
        return (new Tensor { Name = name, Type = type, Shape = shape, Data = data }, null);
    }

    /// <summary>How many bytes a tensor takes.</summary>
    public static long SizeOf(Tensor tensor) =>
        tensor.Type == DataType.Bytes ? tensor.Elements.Sum(static element => (long)LengthBytes + element.Length) : tensor.Data.Length;

    /// <summary>Writes the elements of a BYTES tensor; the bytes of all others are <see cref="Tensor.Data"/>.</summary>
    public static void WriteElements(IBufferWriter<byte> writer, ImmutableArray<ReadOnlyMemory<byte>> elements)
    {
        foreach (var element in elements)
        {
            BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(LengthBytes), element.Length);
            writer.Advance(LengthBytes);
            writer.Write(element.Span);
        }
    }

    /// <summary>The number of elements of a shape; null where no number holds it.</summary>
    internal static long? CountOf(ImmutableArray<long> shape)
    {
        if (shape.Contains(0))
            return 0;
        long count = 1;
        foreach (var extent in shape)
        {
            if (count > long.MaxValue / extent)
                return null;
            count *= extent;
        }

        return count;
    }

    private static (Tensor? Tensor, string? Error) ReadElements(
        string name, ImmutableArray<long> shape, long? count, ReadOnlyMemory<byte> data)
    {
        // Each element takes its length at least: a shape that promises more asks for no memory.
        if (count is null || count > data.Length / LengthBytes)
        {
            return (null, $"Input '{name}' has {data.Length} bytes of binary data; its shape {Text(shape)} asks for "
            + $"{(count is null ? "more elements than any request has" : $"{count} elements")}, " +
                $"each with its length in {LengthBytes} bytes before it.");
        }

        var elements = new ReadOnlyMemory<byte>[count.Value];
        var at = 0;
        for (var i = 0; i < elements.Length; i++)
        {
            if (data.Length - at < LengthBytes)
                return (null, $"Element {i} of input '{name}' has no length: {data.Length - at} of the {data.Length} bytes of binary data "
                    + $"are left, and a length takes {LengthBytes}.");
            var length = BinaryPrimitives.ReadUInt32LittleEndian(data.Span[at..]);
            at += LengthBytes;
            if (length > data.Length - at)
                return (null, $"Element {i} of input '{name}' says that it has {length} bytes; {data.Length - at} of the {data.Length} "
                    + "bytes of binary data are left.");
            elements[i] = data.Slice(at, (int)length);
            at += (int)length;
        }

        return at == data.Length
            ? (new Tensor
            {
                Name = name,
                Type = DataType.Bytes,
                Shape = shape,
                Elements = ImmutableCollectionsMarshal.AsImmutableArray(elements),
            }, null)
            : (null, $"Input '{name}' has {data.Length} bytes of binary data; the {count} elements of its shape {Text(shape)} take {at}.");
    }

    private static string Text(ImmutableArray<long> shape) => $"[{string.Join(",", shape)}]";
}
