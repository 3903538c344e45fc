using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Progeny.Storage.Common;

/// <summary>Takes the data folder's lock before anything else of the node starts, so that a second node stops at once.</summary>
internal sealed partial class DataFolderStartup(DataFolder folder, ILogger<DataFolderStartup>? logger = null) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (logger is not null && folder.ClosedFrom is { } mode)
            LogClosed(logger, folder.Paths.DataFolder, Convert.ToString((int)mode, 8));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The data folder {Folder} could be read by others (mode {Mode}); it is its owner's only now (700)")]
    private static partial void LogClosed(ILogger logger, string folder, string mode);
}
