namespace Progeny.Core.Datasets.Catalog;

/// <summary>A column of a dataset's table.</summary>
/// <param name="Name">As SQL names it.</param>
/// <param name="Type">As DuckDB writes the type: <c>BIGINT</c>, <c>DOUBLE</c>, <c>DECIMAL(18,2)</c>, <c>VARCHAR</c>, <c>TIMESTAMP</c>
/// …</param>
public sealed record DatasetColumn(string Name, string Type);
