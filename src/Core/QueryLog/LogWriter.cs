using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Progeny.Core.Common;

namespace Progeny.Core.QueryLog;

/// <summary>Writes the parts of <see cref="QueryFormat"/> into a rented buffer that grows.</summary>
internal sealed class LogWriter : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);

    /// <summary>The number of bytes written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    /// <summary>Forgets what was written behind a point.</summary>
    public void Truncate(int length) => Length = length;

    public void SetByte(int at, byte value) => buffer[at] = value;

    public void WriteByte(byte value)
    {
        if (Length == buffer.Length)
            Grow(1);
        buffer[Length++] = value;
    }

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);

    public void WriteFloat(float value) => BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);

    public void WriteUnsigned(ulong value)
    {
        var room = Reserve(Varint.MaxBytes);
        Length -= room.Length - Varint.Write(room, value);
    }

    public void WriteSigned(long value) => WriteUnsigned(Varint.Fold(value));

    public void WriteText(string text)
    {
        // Where three bytes a character fit into one length byte, the text can be written before its length is known.
        if (text.Length <= 42)
        {
            var target = Reserve(1 + (3 * text.Length));
            var length = Encoding.UTF8.GetBytes(text, target[1..]);
            target[0] = (byte)length;
            Length -= target.Length - 1 - length;
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        WriteUnsigned((ulong)bytes);
        Encoding.UTF8.GetBytes(text, Reserve(bytes));
    }

    public void WriteAny(object? value)
    {
        switch (value)
        {
            case null: WriteByte((byte)QueryFormat.Any.Null); break;
            case bool boolean: WriteByte((byte)(boolean ? QueryFormat.Any.True : QueryFormat.Any.False)); break;
            case long integer:
                WriteByte((byte)QueryFormat.Any.Integer);
                WriteSigned(integer);
                break;
            case double number:
                WriteByte((byte)QueryFormat.Any.Double);
                WriteInt64(BitConverter.DoubleToInt64Bits(number));
                break;
            case float number:
                WriteByte((byte)QueryFormat.Any.Float);
                WriteFloat(number);
                break;
            default:
                WriteByte((byte)QueryFormat.Any.Text);
                WriteText((string)value);
                break;
        }
    }

    /// <summary>Room for bytes that the caller fills; what it holds before is not defined.</summary>
    public Span<byte> Reserve(int count)
    {
        if (buffer.Length - Length < count)
            Grow(count);
        var reserved = buffer.AsSpan(Length, count);
        Length += count;
        return reserved;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + count), 2 * buffer.Length));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
