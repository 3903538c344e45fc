using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Releases;

/// <summary>
/// Removes what was staged for artifacts and never kept, and from this node's cache files of data that were removed, every hour. All nodes
/// do it, and each removes what it finds.
/// </summary>
internal sealed partial class ArtifactSweep(
    ISharedArtifacts shared,
    [FromKeyedServices(ArtifactServices.Data)] ISharedArtifacts data,
    [FromKeyedServices(ArtifactServices.Data)] ArtifactCache cache,
    TimeProvider time,
    ILogger<ArtifactSweep>? logger = null)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan AbandonedAge = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await shared.RemoveAbandonedAsync(time.GetUtcNow() - AbandonedAge, stoppingToken);
                await data.RemoveAbandonedAsync(time.GetUtcNow() - AbandonedAge, stoppingToken);
                var cached = cache.ListUnused();
                foreach (var removed in cached.Except(cached.Count == 0 ? [] : await data.ListAsync(stoppingToken)))
                    cache.Forget(removed);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (logger is not null)
                    LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What was staged for artifacts and abandoned could not be removed; it is tried again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
