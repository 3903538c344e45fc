using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Ends a silo that must not go on, mostly one that the others have declared dead: it was cut off, or paused for too long. What waits to be
/// written still is. Its supervisor starts it anew, and it joins the cluster as a new member.
/// </summary>
internal sealed partial class NodeFault(IHostApplicationLifetime host, ILogger<NodeFault> logger) : IFatalErrorHandler
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private Timer? _limit;

    /// <summary>Whether the node ends for a fault.</summary>
    public bool IsSet => _limit is not null;

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogEnds(logger, exception, context);
        var limit = new Timer(static _ => Process.GetCurrentProcess().Kill(), null, StopLimit, Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref _limit, limit, null) is not null)
            limit.Dispose();
        else
            host.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This node ends, and is to be started anew: {Reason}")]
    private static partial void LogEnds(ILogger logger, Exception? exception, string? reason);
}
