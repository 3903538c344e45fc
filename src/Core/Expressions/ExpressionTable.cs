namespace Progeny.Core.Expressions;

/// <summary>The name and the columns of a table with one row.</summary>
public sealed record ExpressionTable(string Name, IReadOnlyList<string> Columns);
