using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Progeny.Console.Layout;

namespace Progeny.Console.Hosting;

/// <summary>Failures of pages as pages, which are logged here; those of everything else are left to others.</summary>
internal sealed partial class ConsoleExceptions(ILogger<ConsoleExceptions> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<ConsoleMark>() is null)
            return false;
        var (status, notice) = exception is TimeoutException
            ? (StatusCodes.Status504GatewayTimeout, new Notice("No answer in time", "The node is busy. Reload the page in a moment."))
            : (StatusCodes.Status500InternalServerError, new Notice(
                "This page failed", "The node’s log says more. Other pages may still work."));
        LogFault(exception, httpContext.Request.Path, Activity.Current?.Id ?? httpContext.TraceIdentifier);
        await new ConsolePage<NoticePage>(notice, status).ExecuteAsync(httpContext);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The page {Path} failed (trace id {TraceId})")]
    private partial void LogFault(Exception exception, string path, string traceId);
}
