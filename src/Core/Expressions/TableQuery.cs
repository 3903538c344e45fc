namespace Progeny.Core.Expressions;

/// <summary>A SQL statement over one table of many rows.</summary>
/// <param name="Sql">A SELECT, as the project wrote it.</param>
/// <param name="Table">The table's name and columns.</param>
/// <param name="Yields">The names of the columns that the statement must yield, in any order; it yields no others.</param>
public sealed record TableQuery(string Sql, ExpressionTable Table, IReadOnlyList<string> Yields);
