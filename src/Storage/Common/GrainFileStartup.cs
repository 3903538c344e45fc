using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;

namespace Progeny.Storage.Common;

/// <summary>Creates the tables for grain state in the data folder of a node that stands alone, before its silo starts.</summary>
internal sealed class GrainFileStartup(DataFolder folder) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GrainStorageSchema.EnsureCreatedAsync(folder.Paths.LocalGrainsConnectionString, cancellationToken);
        }
        catch (SqliteException exception)
        {
            throw new DataFolderException(
                $"The database '{folder.Paths.GrainsPath}' cannot be opened: {exception.Message} Put back a backup of the data folder.",
                exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
