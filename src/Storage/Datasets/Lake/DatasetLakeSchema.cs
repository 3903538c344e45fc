using System.Globalization;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>
/// The datasets as tables: the parts of a version, one behind the other, their columns brought together by name. Without a version, rows
/// that were appended and are in no version yet are behind the newest.
/// </summary>
public sealed class DatasetLakeSchema(IDatasetCatalog catalog, ArtifactFiles files, IDatasetTail? tail = null) : ILakeSchema
{
    /// <summary>The schema.</summary>
    public const string SchemaName = "datasets";

    /// <inheritdoc/>
    public string Name => SchemaName;

    /// <inheritdoc/>
    public string Noun => "dataset";

    /// <inheritdoc/>
    public async Task<LakeTable?> FindAsync(LakeReference reference, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (await catalog.FindAsync(reference.Name, cancellationToken) is not { } dataset)
            return null;
        if (reference.Version is null && tail is not null
            && await tail.ReadAsync(reference.Name, folder, cancellationToken) is { } whole)
        {
            var before = whole.Version is { } newest ? await BringAsync(newest, whole.Parts, folder, cancellationToken) : [];
            return new LakeTable(RowsWithTail(whole, before)) { Version = whole.Version };
        }

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
                $"{reference.Name}@{version.Version} is no table{(version.Note is { } note ? $": {note}" : "")}; what was sent is kept as "
                + "it is.");
        }

        var parts = await catalog.ListPartsAsync(reference.Name, version.Version, cancellationToken);
        return new LakeTable(Rows(version, await BringAsync(version, parts, folder, cancellationToken))) { Version = version };
    }

    private async Task<List<string>> BringAsync(
        DatasetVersion version, IReadOnlyList<DatasetPart> parts, string folder, CancellationToken cancellationToken)
    {
        List<string> paths = [];
        foreach (var part in parts)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{part.Digest}.parquet");
            try
            {
                paths.Add(await files.BringAsync(part.Digest, folder, name, cancellationToken));
            }
            catch (ArtifactMissingException exception)
            {
                throw new LakeException($"A part of {version.Dataset}@{version.Version} is missing: {exception.Message}", exception);
            }
        }

        return paths;
    }

    private static string Rows(DatasetVersion version, List<string> parts)
    {
        if (parts.Count > 0)
            return $"SELECT * FROM {Read(parts)}";
        var columns = version.Columns.Select(column => $"NULL::{column.Type} AS {DuckDbEngine.Name(column.Name)}");
        return $"SELECT {string.Join(", ", columns)} WHERE false";
    }

    /// <remarks>The types of the whole can be wider than those of the version.</remarks>
    private static string RowsWithTail(TailedTable whole, List<string> parts)
    {
        var behind = $"SELECT {string.Join(", ", whole.Columns.Select(Cast))} FROM {Read([whole.Path])}";
        if (parts.Count == 0)
            return behind;
        var known = whole.Version!.Columns.Select(column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var before = whole.Columns.Select(column =>
            known.Contains(column.Name) ? Cast(column) : $"NULL::{column.Type} AS {DuckDbEngine.Name(column.Name)}");
        return $"SELECT {string.Join(", ", before)} FROM {Read(parts)} UNION ALL {behind}";

        static string Cast(DatasetColumn column) =>
            $"CAST({DuckDbEngine.Name(column.Name)} AS {column.Type}) AS {DuckDbEngine.Name(column.Name)}";
    }

    private static string Read(IEnumerable<string> paths) =>
        $"read_parquet([{string.Join(", ", paths.Select(DuckDbEngine.Literal))}], union_by_name = true)";
}
