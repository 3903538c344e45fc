using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Progeny.Gateway.Common;

/// <summary>
/// Reads the bodies of requests with a <c>Content-Encoding</c>: gzip, deflate and br, one of them; others are refused (RFC 9110, 8.4 and
/// 15.5.16).
/// </summary>
internal static class CompressedRequests
{
    private const string Accepted = "gzip, deflate, br";

    public static void UseCompressedRequests(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Headers.ContentEncoding.Count == 0 ? next(context) : InvokeAsync(context, next));

    private static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var encodings = string.Join(',', (IEnumerable<string?>)request.Headers.ContentEncoding)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (encodings.Count == 0)
        {
            await next(context);
            return;
        }

        if (TakesPackage(context))
        {
            await TypedResults.Problem(
                statusCode: StatusCodes.Status415UnsupportedMediaType,
                title: "Unsupported content encoding",
                detail: "A package is a zip file, which is compressed already; send it without a Content-Encoding.").ExecuteAsync(context);
            return;
        }

        if (encodings.Count > 1 || Open(encodings[0], request.Body) is not { } inflated)
        {
            context.Response.Headers.AcceptEncoding = Accepted;
            await TypedResults.Problem(
                statusCode: StatusCodes.Status415UnsupportedMediaType,
                title: "Unsupported content encoding",
                detail: $"The request has 'Content-Encoding: {string.Join(", ", encodings)}'; one of {Accepted} is taken, or none.")
                    .ExecuteAsync(context);
            return;
        }

        var compressed = request.Body;
        await using var body = new CompressedBody(inflated, encodings[0], MaxBytes(context));
        request.Body = body;
        request.Headers.Remove("Content-Encoding");
        // It is the length of what was sent, and nobody knows yet what comes of it.
        request.ContentLength = null;
        try
        {
            await next(context);
        }
        finally
        {
            request.Body = compressed;
        }
    }

    private static bool TakesPackage(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains("application/zip") == true;

    private static long MaxBytes(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize
        ?? context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize
        ?? Requests.MaxBytes;

    // HTTP's deflate is the format of zlib.
    private static Stream? Open(string encoding, Stream body) => encoding.ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true),
        _ => null,
    };
}
