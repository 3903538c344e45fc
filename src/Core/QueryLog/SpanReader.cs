using System.Buffers.Binary;
using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.QueryLog;

/// <summary>Reads the parts of <see cref="QueryFormat"/>, and refuses what goes beyond the end.</summary>
internal ref struct SpanReader(ReadOnlySpan<byte> data, int position)
{
    private readonly ReadOnlySpan<byte> data = data;

    public int Position { get; private set; } = position;

    public readonly bool AtEnd => Position >= data.Length;

    public byte ReadByte() => Take(1)[0];

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public ulong ReadUnsigned()
    {
        var length = Varint.Read(data[Position..], out var value);
        Position = length > 0 ? Position + length : Math.Min(data.Length, Position + Varint.MaxBytes);
        return length > 0 ? value : throw Broken();
    }

    public long ReadSigned() => Varint.Unfold(ReadUnsigned());

    /// <summary>A number of things that each take a byte at least.</summary>
    public int ReadCount() => ReadUnsigned() is var count && count <= (ulong)(data.Length - Position) ? (int)count : throw Broken();

    /// <summary>A number that fits 32 bits.</summary>
    public int ReadInt32() => unchecked((int)(uint)ReadUnsigned());

    public string ReadText() => Encoding.UTF8.GetString(Take(ReadCount()));

    public void SkipText() => Take(ReadCount());

    public object? ReadAny() => (QueryFormat.Any)ReadByte() switch
    {
        QueryFormat.Any.Null => null,
        QueryFormat.Any.False => false,
        QueryFormat.Any.True => true,
        QueryFormat.Any.Integer => ReadSigned(),
        QueryFormat.Any.Double => BitConverter.Int64BitsToDouble(ReadInt64()),
        QueryFormat.Any.Float => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float))),
        QueryFormat.Any.Text => ReadText(),
        _ => throw Broken(),
    };

    public void SkipAny()
    {
        switch ((QueryFormat.Any)ReadByte())
        {
            case QueryFormat.Any.Integer: ReadUnsigned(); break;
            case QueryFormat.Any.Double: Take(sizeof(double)); break;
            case QueryFormat.Any.Float: Take(sizeof(float)); break;
            case QueryFormat.Any.Text: SkipText(); break;
            case QueryFormat.Any.Null or QueryFormat.Any.False or QueryFormat.Any.True: break;
            default: throw Broken();
        }
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(data.Length - Position))
            throw Broken();
        var taken = data.Slice(Position, count);
        Position += count;
        return taken;
    }

    private readonly InvalidDataException Broken() => new($"A batch of queries is damaged at byte {Position} of {data.Length}.");
}
