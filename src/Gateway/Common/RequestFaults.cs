using System.Diagnostics;
using Progeny.Abstractions.Common;

namespace Progeny.Gateway.Common;

/// <summary>
/// Logs unexpected exceptions of requests, each once, with the trace id that the answer carries. The exception handler of ASP.NET Core logs
/// none that a handler of this project has answered.
/// </summary>
internal sealed partial class RequestFaults(ILogger<RequestFaults> logger)
{
    /// <summary>Whether an exception only says that the client has gone.</summary>
    public static bool IsAbort(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException or BadHttpRequestException;

    public void Log(HttpContext context, Exception exception)
    {
        var traceId = Activity.Current?.Id ?? context.TraceIdentifier;
        if (IsAbort(context, exception))
            return;
        if (exception is TimeoutException or StorageUnavailableException or OrleansException)
            LogTimeout(exception, context.Request.Method, context.Request.Path, traceId);
        else
            LogFault(exception, context.Request.Method, context.Request.Path, traceId);
    }

    /// <summary>
    /// Ends a request whose answer has begun already: the exception is logged, and the connection is cut so that the client sees no whole
    /// answer.
    /// </summary>
    public void Cut(HttpContext context, Exception exception)
    {
        Log(context, exception);
        context.Abort();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed (trace id {TraceId})")]
    private partial void LogFault(Exception exception, string method, string path, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} got no answer (trace id {TraceId})")]
    private partial void LogTimeout(Exception exception, string method, string path, string traceId);
}
