using System.Text;
using System.Text.Unicode;

namespace Progeny.Core.Serving.Requests.Protobuf;

/// <summary>
/// A reader of the fields of one protobuf message (protobuf.dev, "Encoding"). It hands out slices of the message and copies nothing: the
/// tensors of a request are most of its bytes, and generated classes would copy each of them.
/// </summary>
internal ref struct WireReader(ReadOnlyMemory<byte> message)
{
    private readonly ReadOnlySpan<byte> _bytes = message.Span;
    private int _position;

    /// <summary>Whether nothing is left to read.</summary>
    public readonly bool IsAtEnd => _position == _bytes.Length;

    /// <summary>The number of the field that was read.</summary>
    public int Field { get; private set; }

    /// <summary>The type of the value that follows.</summary>
    public WireType Type { get; private set; }

    /// <summary>Reads the tag of the next field.</summary>
    /// <returns>False: the message has no more fields.</returns>
    /// <exception cref="InferRequestException">The bytes are no tag.</exception>
    public bool Read()
    {
        if (_position == _bytes.Length)
            return false;
        var tag = ReadVarint();
        Field = tag >> 3 is > 0 and <= 536_870_911 and var field ? (int)field : throw Malformed("a field number is out of its bounds");
        Type = (WireType)(tag & 7);
        return true;
    }

    /// <summary>Reads an unsigned number of up to 64 bits.</summary>
    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position == _bytes.Length)
                throw Malformed("a number has no end");
            var next = _bytes[_position++];
            // The tenth byte has room for one bit.
            if (shift == 63 && next > 1)
                throw Malformed("a number has more than 64 bits");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw Malformed("a number has more than 64 bits");
    }

    /// <summary>Reads the value of a field that must be a number.</summary>
    public ulong ReadNumber() => Type == WireType.Varint ? ReadVarint() : throw WrongType("a number");

    /// <summary>Reads the value of a field that must be a float or a double.</summary>
    /// <param name="width">The number of its bytes, 4 or 8.</param>
    public ReadOnlyMemory<byte> ReadFixed(int width) => Type == (width == sizeof(float) ? WireType.Fixed32 : WireType.Fixed64)
        ? Take(width)
        : throw WrongType(width == sizeof(float) ? "a float" : "a double");

    /// <summary>Reads the value of a field that must be bytes, a text or a message.</summary>
    public ReadOnlyMemory<byte> ReadBytes()
    {
        if (Type != WireType.Bytes)
            throw WrongType("bytes");
        var length = ReadVarint();
        return length <= (ulong)(_bytes.Length - _position)
            ? Take((int)length)
            : throw Malformed($"it promises {length} bytes, and {_bytes.Length - _position} are left");
    }

    /// <summary>Reads the value of a field that must be a text.</summary>
    public string ReadText()
    {
        var bytes = ReadBytes().Span;
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Malformed("a text is no valid UTF-8");
    }

    /// <summary>Passes over the value of a field.</summary>
    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint: ReadVarint(); break;
            case WireType.Fixed64: Take(8); break;
            case WireType.Bytes: ReadBytes(); break;
            case WireType.Fixed32: Take(4); break;
            default: throw Malformed($"{(int)Type} is no type of a value");
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > _bytes.Length - _position)
            throw Malformed($"it takes {count} bytes, and {_bytes.Length - _position} are left");
        var taken = message.Slice(_position, count);
        _position += count;
        return taken;
    }

    private readonly InferRequestException WrongType(string wanted) => Malformed($"its value must be {wanted}");

    private readonly InferRequestException Malformed(string what) =>
        new($"The request is no message of the gRPC service: field {Field} at byte {_position} of {_bytes.Length}: {what}.");
}
