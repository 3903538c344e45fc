namespace Progeny.Core.Expressions;

/// <summary>One SQL expression and the one-row tables whose columns it may use.</summary>
/// <param name="Sql">As the project wrote it. Columns are written plainly; those of the first table also as <c>:name</c>.</param>
/// <param name="Tables">A column is known by its place among the columns of all tables, the first table's first.</param>
/// <param name="Outer">
/// Further tables, known by the places behind. Their columns are written with the table's name: plainly written, a name means a column of
/// <paramref name="Tables"/> wherever there is one. Null: none.
/// </param>
public sealed record Expression(string Sql, IReadOnlyList<ExpressionTable> Tables, IReadOnlyList<ExpressionTable>? Outer = null)
{
    /// <summary>All tables in the order of their columns' places.</summary>
    public IReadOnlyList<ExpressionTable> AllTables => Outer is null ? Tables : [.. Tables, .. Outer];
}
