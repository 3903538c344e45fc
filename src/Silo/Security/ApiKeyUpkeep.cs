using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>
/// Reads the keys before the node answers, then follows each second what other nodes change, lets keys expire and notes their use.
/// </summary>
internal sealed partial class ApiKeyUpkeep(
    ApiKeys keys,
    ApiKeyRing ring,
    ApiKeyHasher hasher,
    IApiKeyStore store,
    FirstKey firstKey,
    ClusterOptions cluster,
    TimeProvider time,
    ILogger<ApiKeyUpkeep> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await store.KeepPepperMarkAsync(hasher.Mark, cancellationToken) != hasher.Mark)
        {
            throw new SettingException(
                "The keys were made with another pepper than this node's, so it could accept none of them. Give it the one of the other "
                + "nodes (Security:Pepper or Security:PepperFile), or put back the file security.pepper of the data folder.");
        }

        await firstKey.EnsureAsync(cancellationToken);
        await keys.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var isBehind = false;
        while (await WaitAsync(timer, stoppingToken))
        {
            ring.Expire(time.GetUtcNow());
            try
            {
                if (cluster.IsMember)
                    await keys.RefreshAsync(stoppingToken);
                if (ring.TakeUses(time.GetUtcNow(), NoteEvery) is { Count: > 0 } used)
                    await store.NoteUseAsync(used, stoppingToken);
                isBehind = false;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                if (!isBehind && exception is not StorageUnavailableException)
                    LogBehind(logger, exception);
                isBehind = true;
            }
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The keys of the API cannot be read; those that are known go on being accepted")]
    private static partial void LogBehind(ILogger logger, Exception exception);
}
