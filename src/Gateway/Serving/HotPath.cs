using Microsoft.AspNetCore.Diagnostics;
using Progeny.Gateway.Common;

namespace Progeny.Gateway.Serving;

/// <summary>
/// Marks the endpoints that answer queries: they write their own errors, and the middleware that would do so is passed by.
/// </summary>
internal sealed class HotPath
{
    public static bool IsTaken(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<HotPath>() is not null;

    /// <summary>Writes what went wrong as the middleware would.</summary>
    public static async Task HandleAsync(HttpContext context, Exception exception)
    {
        if (context.Response.HasStarted)
        {
            context.RequestServices.GetRequiredService<RequestFaults>().Cut(context, exception);
            return;
        }

        foreach (var handler in context.RequestServices.GetServices<IExceptionHandler>())
        {
            if (await handler.TryHandleAsync(context, exception, context.RequestAborted))
                return;
        }
    }
}
