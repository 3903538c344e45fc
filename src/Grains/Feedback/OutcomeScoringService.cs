using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Core.Feedback;
using Progeny.Grains.Common;
using Progeny.Grains.Metrics;

namespace Progeny.Grains.Feedback;

/// <summary>
/// Scores outcomes as they are reported, on one silo of a cluster. Should two of them do so at once, the place in the list of reports is
/// moved by one.
/// </summary>
internal sealed partial class OutcomeScoringService(
    OutcomeScorer scorer, Leadership leadership, IOptions<MetricsOptions> options, TimeProvider time, ILogger<OutcomeScoringService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = TimeSpan.FromSeconds(options.Value.ScoreSeconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stoppingToken);
                while (leadership.IsLeader && await scorer.RunAsync(stoppingToken))
                    stoppingToken.ThrowIfCancellationRequested();
                wait = TimeSpan.FromSeconds(options.Value.ScoreSeconds);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or StorageUnavailableException)
            {
                // Another silo died, or the database is away: both are soon over.
                LogInterrupted(logger, exception.Message);
                wait = Retry;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFailed(logger, exception);
                wait = Rest;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outcomes cannot be scored now ({Reason}); trying again")]
    private static partial void LogInterrupted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Outcomes could not be scored; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
