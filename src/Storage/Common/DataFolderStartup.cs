using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Training;

namespace Progeny.Storage.Common;

/// <summary>Takes the data folder's lock before anything else of the node starts, so that a second node stops at once.</summary>
internal sealed partial class DataFolderStartup(
    DataFolder folder, IOptions<ClusterOptions> cluster, ILogger<DataFolderStartup>? logger = null) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (logger is not null && folder.ClosedFrom is { } mode)
            LogClosed(logger, folder.Paths.DataFolder, Convert.ToString((int)mode, 8));
        // In a cluster jobs run again elsewhere, from where this folder is not reached.
        if (cluster.Value.IsMember)
            RemoveLeft(folder.Paths.JobsPath);
        if (Directory.Exists(folder.Paths.DatasetsWorkPath))
            RemoveLeft(folder.Paths.DatasetsWorkPath);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes the folders of work that was under way when this node was killed.</summary>
    private void RemoveLeft(string place)
    {
        foreach (var left in Directory.EnumerateDirectories(place))
        {
            try
            {
                JobFolder.Delete(left);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (logger is not null)
                    LogNotRemoved(logger, exception, left);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder {Folder} of work that this node did before cannot be removed")]
    private static partial void LogNotRemoved(ILogger logger, Exception exception, string folder);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The data folder {Folder} could be read by others (mode {Mode}); it is its owner's only now (700)")]
    private static partial void LogClosed(ILogger logger, string folder, string mode);
}
