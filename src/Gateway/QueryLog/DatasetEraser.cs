using Microsoft.Extensions.Options;
using Progeny.Contracts.QueryLog;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Grains.Datasets;

namespace Progeny.Gateway.QueryLog;

/// <summary>Removes an entity from the datasets that a project reads, and from those that its batch applies wrote.</summary>
internal sealed class DatasetEraser(
    IDatasetCatalog catalog, IDatasetErasure erasure, DatasetUsers users, IOptions<RetentionOptions> options, TimeProvider time)
{
    /// <summary>The first place that names a dataset; those before are places in the query log.</summary>
    public const long Begin = 1L << 62;

    private const string Apply = "apply";
    private const int VersionsAtOnce = 1_000;

    /// <summary>Removes the entity from one dataset.</summary>
    /// <param name="place">The place of the dataset, from <see cref="Begin"/>.</param>
    /// <returns>What was removed, null: nothing; and the place of the next dataset, null: there is none.</returns>
    public async Task<(ErasedDataset? Erased, long? Next)> EraseAsync(
        Manifest manifest, string entity, long place, ErasureNote note, CancellationToken cancellationToken)
    {
        var datasets = await ListAsync(manifest.Name, cancellationToken);
        var index = place - Begin;
        if (index >= datasets.Count)
            return (null, null);
        var erased = await erasure.EraseAsync(
            datasets[(int)index], manifest.Entity!, entity, new ErasureDecision(note.By, note.At), cancellationToken);
        return (
            erased.IsNothing
                ? null
                : new ErasedDataset(erased.Dataset, erased.Versions, erased.Rows, erased.Quarantined, erased.Originals),
            index + 1 < datasets.Count ? place + 1 : null);
    }

    /// <summary>What of the removed rows is still in files that nothing names, and until when.</summary>
    public string Remains() => FormattableString.Invariant(
        $"the files of datasets that were written anew: until {time.GetUtcNow() + options.Value.UnusedTime + TimeSpan.FromMinutes(10):u}");

    private async Task<IReadOnlyList<string>> ListAsync(string project, CancellationToken cancellationToken)
    {
        var read = await users.FindDatasetsAsync(project);
        List<string> found = [];
        foreach (var dataset in await catalog.ListAsync(cancellationToken))
        {
            if (read.Contains(dataset.Name) || await IsWrittenAsync(dataset.Name, project, cancellationToken))
                found.Add(dataset.Name);
        }

        return found;
    }

    private async Task<bool> IsWrittenAsync(string dataset, string project, CancellationToken cancellationToken)
    {
        int? before = null;
        while (await catalog.ListVersionsAsync(dataset, before, VersionsAtOnce, cancellationToken) is { Count: > 0 } page)
        {
            if (page.Any(version =>
                version.Origin == Apply && version.Source?.StartsWith($"{project}@", StringComparison.Ordinal) == true))
                return true;
            before = page[^1].Version;
        }

        return false;
    }
}
