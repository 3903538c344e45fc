using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Common;

namespace Progeny.Grains.Common;

/// <summary>
/// Work that the leading silo of a cluster repeats at an interval. What fails is logged and tried again at the next one. The work has to
/// bear that two silos take themselves for the leader for a moment.
/// </summary>
/// <param name="work">The work, as log messages name it.</param>
internal abstract partial class LeaderService(
    string work, TimeSpan interval, Leadership leadership, TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>The clock of the interval.</summary>
    protected TimeProvider Time { get; } = time;

    /// <summary>Does the work once.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(interval, Time, stoppingToken);
                if (leadership.IsLeader)
                    await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or StorageUnavailableException)
            {
                // Another silo died, or the database is away: both are soon over.
                LogInterrupted(logger, work, exception.Message);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFailed(logger, exception, work);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} does not go on now ({Reason}); trying again")]
    private static partial void LogInterrupted(ILogger logger, string work, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Work} has failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string work);
}
