using System.Buffers;
using System.Globalization;
using Progeny.Core.Serving.Requests;

namespace Progeny.Gateway.Serving;

/// <summary>Sends finished answers.</summary>
internal static class AnswerWriter
{
    /// <summary>Smaller ones are sent when the request ends, with its headers in one piece.</summary>
    private const int MaxBytesAtOnce = 64 << 10;

    public static Task WriteAsync(HttpResponse response, ServedAnswer answer)
    {
        response.ContentType = answer.JsonLength is null ? "application/json" : "application/octet-stream";
        response.ContentLength = answer.Body.Length;
        if (answer.JsonLength is { } length)
            response.Headers[BinaryPart.Header] = length.ToString(CultureInfo.InvariantCulture);
        if (answer.Body.Length > MaxBytesAtOnce)
            return response.BodyWriter.WriteAsync(answer.Body, response.HttpContext.RequestAborted).AsTask();
        response.BodyWriter.Write(answer.Body.Span);
        return Task.CompletedTask;
    }
}
