using Microsoft.Extensions.Hosting;
using Progeny.Core.QueryLog;

namespace Progeny.Grains.QueryLog;

/// <summary>Starts the buffer before the query log with the host, and stops it after all that answers queries has stopped.</summary>
internal sealed class QueryLogService(QueryLogBuffer buffer) : IHostedService
{
    private bool started;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        buffer.Start();
        started = true;
        return Task.CompletedTask;
    }

    /// <summary>The token of the host does not cut it short: what was answered is written.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => started ? buffer.StopAsync() : Task.CompletedTask;
}
