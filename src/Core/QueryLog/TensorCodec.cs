using System.Collections.Immutable;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>Tensors in the log of queries.</summary>
/// <remarks>
/// Their number, whether they carry data, and for each: name, type, number of dimensions, dimensions, and its data, or the length and bytes
/// of each element.
/// </remarks>
internal static class TensorCodec
{
    // Images and the like would drown the log: beyond a bound only their type and shape are kept.
    private const int MaxBytes = 64 * 1024;

    public static void Write(LogWriter to, ImmutableArray<Tensor> tensors)
    {
        long bytes = 0;
        foreach (var tensor in tensors)
            bytes += SizeOf(tensor);
        var withData = bytes <= MaxBytes;
        to.WriteUnsigned((ulong)tensors.Length);
        to.WriteByte(withData ? (byte)1 : (byte)0);
        foreach (var tensor in tensors)
            Write(to, tensor, withData);
    }

    public static (ImmutableArray<Tensor> Tensors, bool WithData) Read(ref SpanReader from)
    {
        var tensors = ImmutableArray.CreateBuilder<Tensor>(from.ReadCount());
        var withData = from.ReadByte() != 0;
        while (tensors.Count < tensors.Capacity)
            tensors.Add(Read(ref from, withData));
        return (tensors.MoveToImmutable(), withData);
    }

    public static void Skip(ref SpanReader from)
    {
        var count = from.ReadCount();
        var withData = from.ReadByte() != 0;
        for (; count > 0; count--)
        {
            from.SkipText();
            var type = (DataType)from.ReadByte();
            for (var rank = from.ReadCount(); rank > 0; rank--)
                from.ReadSigned();
            if (!withData)
                continue;
            if (type != DataType.Bytes)
            {
                from.SkipText();
                continue;
            }

            for (var texts = from.ReadCount(); texts > 0; texts--)
                from.SkipText();
        }
    }

    private static long SizeOf(Tensor tensor)
    {
        if (tensor.Type != DataType.Bytes)
            return tensor.Data.Length;
        long size = 0;
        foreach (var element in tensor.Elements)
            size += element.Length;
        return size;
    }

    private static void Write(LogWriter to, Tensor tensor, bool withData)
    {
        to.WriteText(tensor.Name);
        to.WriteByte((byte)tensor.Type);
        to.WriteUnsigned((ulong)tensor.Shape.Length);
        foreach (var extent in tensor.Shape)
            to.WriteSigned(extent);
        if (!withData)
            return;
        if (tensor.Type != DataType.Bytes)
        {
            to.WriteUnsigned((ulong)tensor.Data.Length);
            to.Write(tensor.Data.Span);
            return;
        }

        to.WriteUnsigned((ulong)tensor.Elements.Length);
        foreach (var element in tensor.Elements)
        {
            to.WriteUnsigned((ulong)element.Length);
            to.Write(element.Span);
        }
    }

    private static Tensor Read(ref SpanReader from, bool withData)
    {
        var name = from.ReadText();
        var type = (DataType)from.ReadByte();
        var shape = ImmutableArray.CreateBuilder<long>(from.ReadCount());
        while (shape.Count < shape.Capacity)
            shape.Add(from.ReadSigned());
        var tensor = new Tensor { Name = name, Type = type, Shape = shape.MoveToImmutable() };
        if (!withData)
            return tensor;
        if (type != DataType.Bytes)
            return tensor with { Data = from.Take(from.ReadCount()).ToArray() };
        var elements = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(from.ReadCount());
        while (elements.Count < elements.Capacity)
            elements.Add(from.Take(from.ReadCount()).ToArray());
        return tensor with { Elements = elements.MoveToImmutable() };
    }
}
