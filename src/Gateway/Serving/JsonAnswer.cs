using System.Buffers;
using System.Text.Json;
using Progeny.Abstractions.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>Writes an answer in JSON through memory that each thread keeps, so that its length is known before it is sent.</summary>
internal sealed class JsonAnswer
{
    private const int MaxBytesKept = 1 << 20;

    [ThreadStatic]
    private static JsonAnswer? ofThread;

    private readonly ArrayBufferWriter<byte> buffer = new(4_096);
    private readonly Utf8JsonWriter writer;

    private JsonAnswer() => writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });

    public static void Write(HttpResponse response, Answer answer, Action<Utf8JsonWriter, Answer> write)
    {
        var json = ofThread ??= new JsonAnswer();
        json.buffer.ResetWrittenCount();
        json.writer.Reset();
        write(json.writer, answer);
        json.writer.Flush();
        response.ContentType = "application/json";
        response.ContentLength = json.buffer.WrittenCount;
        response.BodyWriter.Write(json.buffer.WrittenSpan);
        if (json.buffer.Capacity > MaxBytesKept)
            ofThread = null;
    }
}
