namespace Progeny.Core.Expressions;

/// <summary>The values that expressions are computed over.</summary>
public interface IExpressionRow
{
    /// <summary>The value of a column: see <see cref="Expression.Tables"/>. Asked only for columns that the expression uses.</summary>
    SqlValue Get(int column);
}
