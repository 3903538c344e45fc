namespace Progeny.Core.Datasets.Catalog;

/// <summary>The newest table of a dataset with appended rows that are in no version yet.</summary>
public sealed record TailedTable
{
    /// <summary>The newest version that is ready; null: there is none yet.</summary>
    public required DatasetVersion? Version { get; init; }

    /// <summary>The parts of that version's table.</summary>
    public required IReadOnlyList<DatasetPart> Parts { get; init; }

    /// <summary>
    /// The columns of the whole. A type can be wider than that of the version: its values are cast. A column that the version has not is
    /// NULL in its rows.
    /// </summary>
    public required IReadOnlyList<DatasetColumn> Columns { get; init; }

    /// <summary>The whole path of the Parquet file with the rows behind the version's, which has all <see cref="Columns"/>.</summary>
    public required string Path { get; init; }

    /// <summary>The rows in the file.</summary>
    public required long Rows { get; init; }
}
