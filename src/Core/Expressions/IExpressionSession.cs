namespace Progeny.Core.Expressions;

/// <summary>Computes the expressions of a set, for one user at a time; disposing gives it back to the set.</summary>
public interface IExpressionSession : IDisposable
{
    /// <summary>Computes an expression, known by its place in the set, over one row.</summary>
    /// <exception cref="ExpressionException">It failed, took too many steps or too long, or its value is neither number nor
    /// text.</exception>
    SqlValue Evaluate(int expression, IExpressionRow row);
}
