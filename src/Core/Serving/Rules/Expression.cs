namespace Progeny.Core.Serving;

/// <summary>One SQL expression and the one-row tables whose columns it may use.</summary>
/// <param name="Sql">As the project wrote it. Columns are written plainly; those of the first table also as <c>:name</c>.</param>
/// <param name="Tables">A column is known by its place among the columns of all tables, the first table's first.</param>
public sealed record Expression(string Sql, IReadOnlyList<ExpressionTable> Tables);
