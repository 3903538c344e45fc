using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets;

/// <summary>The parts of a version as files.</summary>
internal static class DatasetFiles
{
    public static async Task<IReadOnlyList<string>> BringAsync(
        IDatasetCatalog catalog, ArtifactFiles artifacts, DatasetVersion version, string folder, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        foreach (var part in await catalog.ListPartsAsync(version.Dataset, version.Version, cancellationToken))
            paths.Add(await artifacts.BringAsync(part.Digest, folder, $"existing-{part.Digest}.parquet", cancellationToken));
        return paths;
    }

    /// <summary>Parquet files as a table of SQL.</summary>
    public static string Table(IEnumerable<string> files) =>
        $"read_parquet({SqlText.List(files)}, union_by_name = true)";
}
