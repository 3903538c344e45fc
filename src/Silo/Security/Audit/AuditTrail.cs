using Microsoft.AspNetCore.Http.Features;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Notes a request that changes something before it is worked on, and holds its answer until its entry is in the audit log. Where the
/// note cannot be written, nothing is done; where the entry cannot, the client gets 503 in place of the answer.
/// </summary>
internal sealed class AuditTrail(RequestDelegate next, AuditRecorder recorder)
{
    private const string Grpc = "application/grpc";

    public Task InvokeAsync(HttpContext context) =>
        AuditActions.Find(context) is { } action && context.Request.ContentType?.StartsWith(Grpc, StringComparison.Ordinal) is not true
            ? RecordAsync(context, action)
            : next(context);

    private async Task RecordAsync(HttpContext context, string action)
    {
        var draft = new AuditDraft();
        var entry = recorder.Begin(context, action);
        var intent = AuditActions.IsSignIn(context) ? null : await recorder.TryNoteAsync(entry);
        if (intent is null && !AuditActions.IsSignIn(context))
        {
            await RefuseAsync(
                context, "The audit log cannot be written, so nothing was done; the node's log says why. Send the request again later.");
            return;
        }

        context.Features.Set(draft);
        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var held = new MemoryStream();
        var holding = new StreamResponseBodyFeature(held);
        context.Features.Set<IHttpResponseBodyFeature>(holding);
        var isOver = false;
        try
        {
            await next(context);
            await holding.Writer.FlushAsync();
            isOver = true;
        }
        finally
        {
            context.Features.Set(answer);
            if (!isOver)
                await recorder.TryRecordAsync(context, entry, draft, StatusOfFault(context), intent);
        }

        var status = context.Response.StatusCode;
        var isKept = await recorder.TryRecordAsync(context, entry, draft, status, intent);
        if (!isKept && status < StatusCodes.Status400BadRequest)
        {
            await RefuseAsync(
                context,
                "The request took effect, but could not be written to the audit log; the node's log says why. Look at what it changed "
                    + "before you send it again.");
            return;
        }

        held.Position = 0;
        await held.CopyToAsync(answer.Stream, context.RequestAborted);
    }

    private static int StatusOfFault(HttpContext context) =>
        context.RequestAborted.IsCancellationRequested
            ? StatusCodes.Status499ClientClosedRequest
            : StatusCodes.Status500InternalServerError;

    private static Task RefuseAsync(HttpContext context, string detail)
    {
        context.Response.Clear();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return new GuardProblem(StatusCodes.Status503ServiceUnavailable, "Not recorded", detail).ExecuteAsync(context);
    }
}
