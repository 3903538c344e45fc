using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Retraining;
using Progeny.Abstractions.Rollouts;
using Progeny.Grains.Common;
using Progeny.Grains.Serving;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Wakes all projects on the roster when a node has started, so that what its last stop interrupted goes on; in a cluster also when another
/// node has died.
/// </summary>
internal sealed partial class ProjectWaker(
    IGrainFactory grains,
    IOnlineAgents agents,
    IClusterMembershipService membership,
    Leadership leadership,
    StartupLog log,
    IHostApplicationLifetime host,
    TimeProvider time,
    ILogger<ProjectWaker> logger) : BackgroundService
{
    private const int MaxTried = 10;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Makes the champion of one project ready before the node takes queries. It brings the native library and the code on the way to a
    /// model, for which the first query would have to wait otherwise.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        host.ApplicationStopping.Register(log.Stopping);
        try
        {
            await WarmUpAsync().WaitAsync(WarmUp, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            LogNotWarm(logger, exception);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WakeAllAsync(stoppingToken);
            var dead = DeadIn(membership.CurrentSnapshot);
            await foreach (var change in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                var now = DeadIn(change);
                if (!now.IsSubsetOf(dead) && leadership.IsLeader)
                    await WakeAllAsync(stoppingToken);
                dead = now;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && stoppingToken.IsCancellationRequested)
        {
            // The silo left while it was asked; the next start wakes them.
        }
    }

    private static HashSet<SiloAddress> DeadIn(ClusterMembershipSnapshot snapshot) =>
        [.. snapshot.Members.Values.Where(member => member.Status == SiloStatus.Dead).Select(member => member.SiloAddress)];

    private async Task WarmUpAsync()
    {
        var projects = await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        foreach (var project in projects.Take(MaxTried))
        {
            if ((await agents.DescribeAsync(project, null)).Error is null)
                return;
        }
    }

    /// <summary>Wakes the projects, however long the roster cannot be asked.</summary>
    private async Task WakeAllAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await WakeAsync(stoppingToken);
                return;
            }
            catch (Exception exception)
                when (exception is OrleansException or TimeoutException or StorageUnavailableException
                    && !stoppingToken.IsCancellationRequested)
            {
                LogNotAsked(logger, exception);
                await Task.Delay(Retry, time, stoppingToken);
            }
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
                await grains.GetGrain<IRolloutGrain>(project).Wake();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (stoppingToken.IsCancellationRequested)
                    return;

                // One project that cannot be woken must not keep the others asleep.
                LogWakeFailed(logger, exception, project);
            }
        }

        await grains.GetGrain<IOfflineScheduleGrain>(IOfflineScheduleGrain.Key).Start();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "No model was made ready before the first query")]
    private static partial void LogNotWarm(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The roster could not be asked which projects to wake; trying again")]
    private static partial void LogNotAsked(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project} could not be woken")]
    private static partial void LogWakeFailed(ILogger logger, Exception exception, string project);
}
