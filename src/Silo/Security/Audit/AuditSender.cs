using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>Sends the audit log to its receivers, on from where each of them got to. In a cluster one node at a time does so.</summary>
internal sealed partial class AuditSender(
    IAuditLog log, IEnumerable<IAuditReceiver> receivers, TimeProvider time, ILogger<AuditSender> logger) : BackgroundService
{
    private const int EntriesAtOnce = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(receivers.Select(receiver => SendAsync(receiver, stoppingToken)));

    private async Task SendAsync(IAuditReceiver receiver, CancellationToken cancellationToken)
    {
        var isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var wait = Interval;
            try
            {
                while (await log.SendAsync(receiver.Name, EntriesAtOnce, receiver.SendAsync, cancellationToken) == EntriesAtOnce)
                    cancellationToken.ThrowIfCancellationRequested();
                if (isAway)
                    LogBack(receiver.Name);
                isAway = false;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (!isAway)
                    LogAway(receiver.Name, exception.Message);
                isAway = true;
                wait = Retry;
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit log cannot be sent to {Receiver} ({Reason}); it is tried again")]
    private partial void LogAway(string receiver, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The audit log is sent to {Receiver} again")]
    private partial void LogBack(string receiver);
}
