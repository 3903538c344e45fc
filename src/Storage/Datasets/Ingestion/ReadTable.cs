using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>What became of a file that was to be a table.</summary>
/// <param name="Format">As <see cref="DatasetVersion.Format"/>.</param>
/// <param name="File">The table as a Parquet file; null: it is none.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Note">As <see cref="DatasetVersion.Note"/>.</param>
internal sealed record ReadTable(string Format, string? File, IReadOnlyList<DatasetColumn> Columns, long Rows, string? Note)
{
    /// <summary>The list, as NDJSON, of lines that are no rows; null: all are, or they were not asked for.</summary>
    public string? Broken { get; init; }

    /// <summary>How many lines are no rows.</summary>
    public long BrokenLines { get; init; }
}
