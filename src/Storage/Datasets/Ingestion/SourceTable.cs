namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The table in a file, as DuckDB reads it.</summary>
/// <param name="Format">As <see cref="FileKind.Format"/>.</param>
/// <param name="Sql">What stands behind FROM.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Texts">The types that the text of a value can have.</param>
/// <param name="Rows">The rows that the file says it has; null: it does not say.</param>
/// <param name="Note">What was assumed when it was read; null: nothing.</param>
internal sealed record SourceTable(
    string Format, string Sql, IReadOnlyList<SourceColumn> Columns, IReadOnlyList<TextType> Texts, long? Rows, string? Note);
