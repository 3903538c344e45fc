using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Hosting;

/// <summary>Has a process without a silo try again for as long as no node of the cluster lets it in.</summary>
internal sealed partial class ConnectionRetry(TimeProvider time, ILogger<ConnectionRetry> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        LogNotConnected(logger, exception.Message);
        await Task.Delay(Wait, time, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No node of the cluster can be reached ({Reason}); trying again")]
    private static partial void LogNotConnected(ILogger logger, string reason);
}
