using System.Buffers;
using System.Text.Json;

namespace Progeny.Core.Serving.Requests;

/// <summary>Pooled memory into which a response is written. Each thread keeps one buffer, so that a query allocates none.</summary>
public sealed class ResponseBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 4 << 10;
    private const int MaxBytesKept = 1 << 20;

    [ThreadStatic]
    private static ResponseBuffer? ofThread;

    private byte[] bytes = [];
    private int count;

    private ResponseBuffer() => Json = new Utf8JsonWriter(this, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Writes JSON into the buffer; what it has written is there once it is flushed.</summary>
    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, count);

    /// <summary>An empty buffer.</summary>
    public static ResponseBuffer Rent()
    {
        var buffer = ofThread ?? new ResponseBuffer();
        ofThread = null;
        return buffer;
    }

    /// <summary>Lets another response use the memory.</summary>
    public void Return()
    {
        if (bytes.Length > MaxBytesKept)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }

        count = 0;
        Json.Reset();
        ofThread = this;
    }

    /// <inheritdoc/>
    public void Advance(int count) => this.count += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(count);
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (size <= bytes.Length - count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(
            (int)Math.Max(Math.Min(2L * bytes.Length, Array.MaxLength), Math.Max(FirstBytes, checked(count + size))));
        bytes.AsSpan(0, count).CopyTo(larger);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
