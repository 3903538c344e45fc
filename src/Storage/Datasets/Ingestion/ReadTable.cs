using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>What became of a file that was to be a table.</summary>
/// <param name="Format">As <see cref="DatasetVersion.Format"/>.</param>
/// <param name="File">The table as a Parquet file; null: it is none.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Note">As <see cref="DatasetVersion.Note"/>.</param>
internal sealed record ReadTable(string Format, string? File, IReadOnlyList<DatasetColumn> Columns, long Rows, string? Note);
