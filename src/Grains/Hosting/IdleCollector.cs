using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Grains.Serving;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Removes from memory what nobody has used for some minutes: grains, which come back with their state when they are called, and models
/// that no plan holds. Memory that is free then goes back to the system.
/// </summary>
internal sealed partial class IdleCollector(
    IGrainFactory grains,
    ILocalSiloDetails silo,
    ModelCache models,
    AgentRegistry agents,
    TimeProvider time,
    ILogger<IdleCollector> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Longer than the timers that keep working grains in memory.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(5);

    private long returnedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await CollectAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task CollectAsync(CancellationToken stoppingToken)
    {
        try
        {
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection([silo.SiloAddress], IdleTime);
            models.Unload(IdleTime);
            ReturnMemory();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stoppingToken.IsCancellationRequested)
                LogFailed(logger, exception);
        }
    }

    /// <summary>
    /// Returns free memory to the system now and then, while no query comes that would have to wait for it: the collector of garbage runs
    /// when memory is asked for, so that an idle node would keep all it ever had.
    /// </summary>
    private void ReturnMemory()
    {
        if (agents.IdleFor < Interval / 2 || (returnedAt != 0 && time.GetElapsedTime(returnedAt) < IdleTime))
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeMemory.Return();
        returnedAt = time.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Idle grains could not be removed from memory; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
