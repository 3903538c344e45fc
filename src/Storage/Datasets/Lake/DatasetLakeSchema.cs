using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The datasets as tables: the parts of a version, one behind the other, their columns brought together by name.</summary>
public sealed class DatasetLakeSchema(IDatasetCatalog catalog, ArtifactFiles files, IDatasetTail? tail = null)
    : ILakeSchema
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
            && await tail.ReadAsync(reference.Name, folder, cancellationToken) is { } tailed)
            return await WithTailAsync(reference.Name, tailed, folder, cancellationToken);
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

        var listed = await catalog.ListPartsAsync(reference.Name, version.Version, cancellationToken);
        var parts = await BringAsync($"{reference.Name}@{version.Version}", listed, folder, cancellationToken);
        return new LakeTable(Rows(version, parts)) { Version = version };
    }

    /// <summary>The newest version with appended rows that are in none yet. No version has exactly these rows, so none is named.</summary>
    private async Task<LakeTable> WithTailAsync(string dataset, TailedTable tailed, string folder, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", tailed.Columns.Select(column => SqlText.Name(column.Name)));
        var rows = $"SELECT {names} FROM read_parquet({SqlText.Literal(tailed.Path)})";
        if (tailed.Version is not { IsTable: true } version || tailed.Parts.Count == 0)
            return new LakeTable(rows);
        var parts = await BringAsync($"{dataset}@{version.Version}", tailed.Parts, folder, cancellationToken);
        var known = version.Columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.OrdinalIgnoreCase);
        var columns = tailed.Columns.Select(column =>
        {
            var name = SqlText.Name(column.Name);
            return $"{ColumnTyping.Cast(name, known.GetValueOrDefault(column.Name), column.Type)} AS {name}";
        });
        return new LakeTable($"SELECT {string.Join(", ", columns)} FROM ({Rows(version, parts)}) UNION ALL {rows}");
    }

    private async Task<List<string>> BringAsync(
        string version, IReadOnlyList<DatasetPart> parts, string folder, CancellationToken cancellationToken)
    {
        List<string> brought = [];
        foreach (var part in parts)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{part.Digest}.parquet");
            try
            {
                brought.Add(await files.BringAsync(part.Digest, folder, name, cancellationToken));
            }
            catch (ArtifactMissingException exception)
            {
                throw new LakeException($"A part of {version} is missing: {exception.Message}", exception);
            }
        }

        return brought;
    }

    /// <remarks>The columns are named, so that all versions of a dataset have theirs in the order that the catalog says.</remarks>
    private static string Rows(DatasetVersion version, List<string> parts)
    {
        if (parts.Count > 0)
            return $"SELECT * FROM {DatasetFiles.Table(parts)}";
        var columns = version.Columns.Select(column => $"NULL::{column.Type} AS {SqlText.Name(column.Name)}");
        return $"SELECT {string.Join(", ", columns)} WHERE false";
    }
}
