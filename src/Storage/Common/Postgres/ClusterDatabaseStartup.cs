using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>Creates or migrates the tables of the cluster's database before anything else of a node starts.</summary>
internal sealed class ClusterDatabaseStartup(ClusterDatabase database, IOptions<ClusterOptions> options) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            await ClusterSchema.EnsureAsync(connection, options.Value.Id, token);
            return 0;
        },
        cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
