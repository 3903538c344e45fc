using Microsoft.AspNetCore.Http.Features;

namespace Progeny.Gateway.Common;

/// <summary>
/// Drops the bodies of answers to <c>HEAD</c>. Over HTTP/2, Kestrel sends what was buffered before the head of an answer, which clients
/// take for a breach of the protocol.
/// </summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsHead(context.Request.Method) ? AnswerAsync(context) : next(context);

    private async Task AnswerAsync(HttpContext context)
    {
        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, answer));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(answer);
        }
    }
}
