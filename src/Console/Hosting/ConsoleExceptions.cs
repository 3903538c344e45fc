using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Progeny.Console.Layout;

namespace Progeny.Console.Hosting;

/// <summary>Failures of pages as pages; those of everything else are left to others.</summary>
internal sealed class ConsoleExceptions : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<ConsoleMark>() is null)
            return false;
        var (status, notice) = exception is TimeoutException
            ? (StatusCodes.Status504GatewayTimeout, new Notice("No answer in time", "The node is busy. Reload the page in a moment."))
            : (StatusCodes.Status500InternalServerError, new Notice("This page failed", "The node’s log says more. Other pages may still work."));
        await new ConsolePage<NoticePage>(notice, status).ExecuteAsync(httpContext);
        return true;
    }
}
