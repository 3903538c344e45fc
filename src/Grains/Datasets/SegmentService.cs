using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Core.Datasets.Rows;
using Progeny.Grains.Common;

namespace Progeny.Grains.Datasets;

/// <summary>
/// Moves appended rows into versions, and joins small parts, on one silo of a cluster. Should two of them do so at once, one of them
/// does nothing.
/// </summary>
internal sealed partial class SegmentService(
    IAppendedRows rows,
    ISegmentMaker segments,
    Leadership leadership,
    IOptions<AppendOptions> options,
    TimeProvider time,
    ILogger<SegmentService> logger)
    : LeaderService("The making of versions of appended rows", TimeSpan.FromMilliseconds(500), leadership, time, logger)
{
    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _forgetting = TimeSpan.FromHours(1);
    private readonly Dictionary<string, DateTimeOffset> _resting = new(StringComparer.Ordinal);
    private DateTimeOffset _forgotten;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var (now, settings) = (Time.GetUtcNow(), options.Value);
        foreach (var waiting in await rows.ListWaitingAsync(cancellationToken))
        {
            var isDue = waiting.Bytes >= settings.SegmentBytes || waiting.Since + settings.SegmentTime <= now;
            if (isDue && _resting.GetValueOrDefault(waiting.Dataset) <= now)
                await MakeAsync(waiting.Dataset, now, cancellationToken);
        }

        if (_forgotten + _forgetting > now)
            return;
        await rows.ForgetBatchesAsync(now - settings.BatchIdTime, cancellationToken);
        _forgotten = now;
    }

    /// <summary>Makes the segments of one dataset; where that fails, the others are not kept waiting.</summary>
    private async Task MakeAsync(string dataset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await segments.FlushAsync(dataset, cancellationToken);
            while (await segments.CompactAsync(dataset, cancellationToken))
                cancellationToken.ThrowIfCancellationRequested();
            _resting.Remove(dataset);
        }
        catch (Exception exception)
            when (exception is not (OutOfMemoryException or OperationCanceledException or StorageUnavailableException))
        {
            LogDatasetFailed(logger, exception, dataset);
            _resting[dataset] = now + _rest;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The appended rows of dataset {Dataset} could not be moved into a version; they are read all the same, and it is tried again")]
    private static partial void LogDatasetFailed(ILogger logger, Exception exception, string dataset);
}
