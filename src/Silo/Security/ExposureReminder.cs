using Progeny.Core.Security;

namespace Progeny.Silo.Security;

/// <summary>Says in the log, at start and then each minute, where a node is without protection because the operator allowed it.</summary>
internal sealed partial class ExposureReminder(IEnumerable<Exposure> exposures, TimeProvider time, ILogger<ExposureReminder> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var all = string.Join("; ", exposures.Select(exposure => exposure.Description));
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                LogInsecure(logger, Exposure.Setting, all.Length > 0 ? all : "nothing needs it, so take it away");
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Setting} is set: {Exposures}")]
    private static partial void LogInsecure(ILogger logger, string setting, string exposures);
}
