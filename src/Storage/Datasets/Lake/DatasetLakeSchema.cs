using System.Globalization;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The datasets as tables: the parts of a version, one behind the other, their columns brought together by name.</summary>
public sealed class DatasetLakeSchema(IDatasetCatalog catalog, ArtifactFiles files) : ILakeSchema
{
    /// <inheritdoc/>
    public string Name => "datasets";

    /// <inheritdoc/>
    public string Noun => "dataset";

    /// <inheritdoc/>
    public async Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (await catalog.FindAsync(reference.Name, cancellationToken) is not { } dataset)
            return null;
        var version = await catalog.FindVersionAsync(reference.Name, reference.Version, cancellationToken);
        if (version is null)
        {
            throw new LakeException(
                reference.Version is { } number
                    ? $"The dataset '{reference.Name}' has no version {number}; its newest is {dataset.Latest}."
                    : $"The dataset '{reference.Name}' has no version that can be read.");
        }

        if (version.State == DatasetState.Removed)
            throw new LakeException($"The contents of {reference.Name}@{version.Version} were removed.");
        if (version.State == DatasetState.Held)
            throw new LakeException($"{reference.Name}@{version.Version} is held for breaking its contract; release it to read it.");
        if (!version.IsTable)
        {
            throw new LakeException(
                $"{reference.Name}@{version.Version} is no table{(version.Note is { } note ? $": {note}" : "")}; what was sent is kept as it is.");
        }

        List<string> parts = [];
        foreach (var part in await catalog.ListPartsAsync(reference.Name, version.Version, cancellationToken))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{part.Digest}.parquet");
            try
            {
                parts.Add(await files.BringAsync(part.Digest, folder, name, cancellationToken));
            }
            catch (ArtifactMissingException exception)
            {
                throw new LakeException($"A part of {reference.Name}@{version.Version} is missing: {exception.Message}", exception);
            }
        }

        return new LakeTable(Rows(version, parts)) { Version = version };
    }

    /// <remarks>The columns are named, so that all versions of a dataset have theirs in the order that the catalog says.</remarks>
    private static string Rows(DatasetVersion version, List<string> parts)
    {
        if (parts.Count > 0)
            return $"SELECT * FROM read_parquet([{string.Join(", ", parts.Select(DuckDbEngine.Literal))}], union_by_name = true)";
        var columns = version.Columns.Select(column => $"NULL::{column.Type} AS {DuckDbEngine.Name(column.Name)}");
        return $"SELECT {string.Join(", ", columns)} WHERE false";
    }
}
