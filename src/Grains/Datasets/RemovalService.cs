using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Training;
using Progeny.Core.Apply;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Grains.Common;

namespace Progeny.Grains.Datasets;

/// <summary>
/// Removes what the policies of datasets do not keep, then what batch applies have left behind, then the files that nothing uses any more,
/// on one silo of a cluster. Should two of them do so at once, each finds done what the other did.
/// </summary>
internal sealed partial class RemovalService(
    IDatasetCatalog catalog,
    IDatasetRemoval removal,
    IDataSweep sweep,
    IApplyLedger ledger,
    DatasetUsers users,
    Leadership leadership,
    ApplyOptions apply,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<RemovalService> logger)
    : LeaderService("The removal of old versions of datasets", TimeSpan.FromMinutes(10), leadership, time, logger)
{
    private const int VersionsAtOnce = 1_000;
    private const string Policy = "policy";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var applies = await users.ListAppliesAsync();
        foreach (var dataset in await catalog.ListAsync(cancellationToken))
            await RunPolicyAsync(dataset, applies, now, cancellationToken);
        var open = applies.Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        await ledger.RemoveAsync(now - apply.KeepTime, open, cancellationToken);
        var removed = await sweep.RunAsync(now - options.Value.UnusedTime, DatasetUsers.FilesOf(applies), cancellationToken);
        if (removed > 0)
            LogSwept(logger, removed);
    }

    private async Task RunPolicyAsync(
        DatasetInfo dataset, IReadOnlyList<JobInfo> applies, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var policy = new VersionRetention(
            dataset.KeepVersions ?? options.Value.KeepVersions, dataset.KeepFor ?? options.Value.KeepFor);
        if (policy.KeepsAll)
            return;
        List<DatasetVersion> versions = [];
        while (await catalog.ListVersionsAsync(
            dataset.Name, versions.Count == 0 ? null : versions[^1].Version, VersionsAtOnce, cancellationToken) is { Count: > 0 } page)
            versions.AddRange(page);
        foreach (var version in policy.Choose(versions, now))
        {
            if (DatasetUsers.Using(applies, dataset.Name, version.Version).Any()
                || (await users.FindProjectsAsync(dataset.Name, version.Version)).Count > 0)
                continue;
            var result = await removal.RemoveVersionAsync(
                dataset.Name, version.Version, new DatasetRemoval(Policy, now, null), cancellationToken);
            if (result is { IsRemoved: true })
                LogRemoved(logger, dataset.Name, version.Version);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The contents of {Dataset}@{Version} are removed by the dataset's policy")]
    private static partial void LogRemoved(ILogger logger, string dataset, int version);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Files} files of datasets and batch applies that nothing uses are removed")]
    private static partial void LogSwept(ILogger logger, int files);
}
