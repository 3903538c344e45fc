using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Lifecycle;

namespace Progeny.Grains.Hosting;

/// <summary>Wakes all projects on the roster when a node has started, so that what its last stop interrupted goes on.</summary>
internal sealed partial class ProjectWaker(IGrainFactory grains, ILogger<ProjectWaker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WakeAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
        {
            // The silo left while it was asked; the next start wakes them.
        }
    }

    private async Task WakeAsync(CancellationToken stoppingToken)
    {
        foreach (var project in await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).List())
        {
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await grains.GetGrain<IProjectGrain>(project).Wake();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // One project that cannot be woken must not keep the others asleep.
                LogWakeFailed(logger, exception, project);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project} could not be woken")]
    private static partial void LogWakeFailed(ILogger logger, Exception exception, string project);
}
