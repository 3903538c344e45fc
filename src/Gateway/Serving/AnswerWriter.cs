using System.Buffers;
using System.Globalization;
using Progeny.Core.Serving.Requests;
using Progeny.Silo.Security.Rates;

namespace Progeny.Gateway.Serving;

/// <summary>Sends finished answers.</summary>
internal static class AnswerWriter
{
    /// <summary>Smaller ones are sent when the request ends, with its headers in one piece.</summary>
    private const int MaxBytesAtOnce = 64 << 10;

    public static Task WriteAsync(HttpContext context, ServedAnswer answer)
    {
        context.ChargeRows(answer.Rows);
        var response = context.Response;
        response.ContentType = answer.JsonLength is null ? "application/json" : "application/octet-stream";
        response.ContentLength = answer.Body.Length;
        if (answer.JsonLength is { } length)
            response.Headers[BinaryPart.Header] = length.ToString(CultureInfo.InvariantCulture);
        if (answer.Body.Length > MaxBytesAtOnce)
            return response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted).AsTask();
        response.BodyWriter.Write(answer.Body.Span);
        return Task.CompletedTask;
    }
}
