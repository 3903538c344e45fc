using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>Creates or migrates the tables of the cluster's database before anything else of a node starts.</summary>
internal sealed partial class ClusterDatabaseStartup(
    ClusterDatabase database, IOptions<ClusterOptions> options, TimeProvider time, ILogger<ClusterDatabaseStartup> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Databases and nodes are started together: one that comes a little later is waited for.
        for (var started = time.GetTimestamp(); !await TryEnsureAsync(time.GetElapsedTime(started) > Limit, cancellationToken);)
            await Task.Delay(Pause, time, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> TryEnsureAsync(bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(
                async (connection, token) =>
                {
                    await ClusterSchema.EnsureAsync(connection, options.Value.Id, token);
                    return true;
                },
                cancellationToken);
        }
        catch (StorageUnavailableException exception) when (!isLast)
        {
            LogWaiting(logger, exception.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}; trying again")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
