using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Progeny.Core.Queries;

/// <summary>A property name or a value of a JSON text, as its tokenizer found it; of an array or object the type only.</summary>
/// <param name="type">The type of the token.</param>
/// <param name="raw">The token in UTF-8, without quotes.</param>
/// <param name="isEscaped">Whether a name or string holds escapes.</param>
public readonly ref struct JsonToken(JsonTokenType type, ReadOnlySpan<byte> raw, bool isEscaped)
{
    private const int MaxBytesOnStack = 256;

    public JsonTokenType Type { get; } = type;

    public ReadOnlySpan<byte> Raw { get; } = raw;

    public bool IsEscaped { get; } = isEscaped;

    /// <summary>The token that a reader stands on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static JsonToken At(ref Utf8JsonReader reader) => new(reader.TokenType, reader.ValueSpan, reader.ValueIsEscaped);

    /// <summary>The integer that a number is; false: it is none of 64 bits.</summary>
    public bool TryGetInt64(out long value) => Utf8Parser.TryParse(Raw, out value, out var used) && used == Raw.Length;

    /// <summary>The nearest 64-bit float of a number; infinite where it is out of range.</summary>
    public double GetDouble() => Utf8Parser.TryParse(Raw, out double value, out _) ? value : double.NaN;

    /// <summary>The text of a name or string.</summary>
    /// <exception cref="InvalidOperationException">It is no valid UTF-8, or holds half a surrogate pair.</exception>
    public string GetString()
    {
        if (IsEscaped || !Utf8.IsValid(Raw))
            return Unescape(default, out _)!;
        return Encoding.UTF8.GetString(Raw);
    }

    /// <summary>Writes the text of a name or string, which has at most as many characters as the token has bytes.</summary>
    /// <returns>The number of characters.</returns>
    /// <exception cref="InvalidOperationException">It is no valid UTF-8, or holds half a surrogate pair.</exception>
    public int CopyTo(Span<char> text)
    {
        if (!IsEscaped && Utf8.ToUtf16(Raw, text, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
            return written;
        Unescape(text, out written);
        return written;
    }

    /// <summary>Has the framework's reader resolve the escapes, and word what is wrong with the text.</summary>
    /// <param name="text">Where the text is written; empty: it is returned.</param>
    private string? Unescape(Span<char> text, out int written)
    {
        byte[]? rented = null;
        var length = Raw.Length + 2;
        var room = length <= MaxBytesOnStack ? stackalloc byte[MaxBytesOnStack] : rented = ArrayPool<byte>.Shared.Rent(length);
        var quoted = room[..length];
        try
        {
            quoted[0] = quoted[^1] = (byte)'"';
            Raw.CopyTo(quoted[1..]);
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            written = text.IsEmpty ? 0 : reader.CopyString(text);
            return text.IsEmpty ? reader.GetString() : null;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
