using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.QueryLog;
using Progeny.Grains.Common;

namespace Progeny.Grains.QueryLog;

/// <summary>Archives finished days of the query log, project by project; in a cluster the leading silo does.</summary>
/// <remarks>
/// What fails is tried again at the next interval, and retention waits meanwhile: records are removed only once they are archived.
/// </remarks>
internal sealed partial class QueryArchiveService(
    IQueryArchive archive, QueryArchiveInterval interval, Leadership leadership, TimeProvider time, ILogger<QueryArchiveService> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!archive.IsOn)
            return;
        using var timer = new PeriodicTimer(interval.Value, time);
        do
        {
            if (leadership.IsLeader)
                await ArchiveAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ArchiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var project in await archive.ListProjectsAsync(cancellationToken))
                await ArchiveAsync(project, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception, "all projects");
        }
    }

    private async Task ArchiveAsync(string project, CancellationToken cancellationToken)
    {
        try
        {
            var records = await archive.ArchiveAsync(project, cancellationToken);
            if (records > 0)
                LogArchived(logger, records, project);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            // One project must not hold up the others.
            LogFailed(logger, exception, project);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Archived {Records} records of the query log of {Project}")]
    private static partial void LogArchived(ILogger logger, long records, string project);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The query log of {Project} could not be archived; it is tried again, and nothing of it is removed meanwhile")]
    private static partial void LogFailed(ILogger logger, Exception exception, string project);
}
