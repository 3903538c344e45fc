using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>
/// Makes profiles of new versions, one after another, beside other work. One that is not made before a stop is made when it is asked for.
/// </summary>
public sealed partial class ProfileQueue(IDatasetReader reader, ILogger<ProfileQueue> logger) : BackgroundService
{
    private const int MaxWaiting = 1_000;

    private readonly Channel<DatasetVersion> waiting = Channel.CreateBounded<DatasetVersion>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has the profile of a version made.</summary>
    public void Add(DatasetVersion version) => waiting.Writer.TryWrite(version);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var version in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await reader.ProfileAsync(version, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception, version.Dataset, version.Version);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The profile of {Dataset}@{Version} could not be made; it is tried again when it is asked for.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string dataset, int version);
}
