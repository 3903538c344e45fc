using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Retraining;
using Progeny.Core.QueryLog;

namespace Progeny.Grains.Retraining;

/// <summary>Tells the schedule of the offline agents to which projects something happened on this silo.</summary>
internal sealed partial class ActivityPublisher(
    ProjectActivity activity,
    IGrainFactory grains,
    IOptions<OfflineAgentOptions> options,
    TimeProvider time,
    ILogger<ActivityPublisher> logger) : BackgroundService
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = TimeSpan.FromSeconds(options.Value.CheckSeconds);
        using var timer = new PeriodicTimer(interval < LongestInterval ? interval : LongestInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await PublishAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The node stops; the next start checks all projects.
        }
    }

    private async Task PublishAsync(CancellationToken stoppingToken)
    {
        var projects = activity.Take();
        if (projects.Count == 0)
            return;
        try
        {
            await grains.GetGrain<IOfflineScheduleGrain>(IOfflineScheduleGrain.Key).Touch([.. projects]);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            foreach (var project in projects)
                activity.Add(project);
            if (!stoppingToken.IsCancellationRequested)
                LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schedule of the offline agents could not be reached; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
