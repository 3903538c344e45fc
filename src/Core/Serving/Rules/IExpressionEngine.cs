namespace Progeny.Core.Serving;

/// <summary>
/// Compiles and computes what projects say in SQL. An expression reads and computes only: it sees its one-row tables and nothing else,
/// changes nothing, uses no randomness, and ends after a bounded number of steps.
/// </summary>
public interface IExpressionEngine
{
    /// <summary>What is wrong with an expression; null: nothing.</summary>
    ExpressionError? Check(Expression expression);

    /// <summary>Compiles expressions that have been checked.</summary>
    /// <exception cref="ExpressionException">One of them is wrong.</exception>
    IExpressionSet Compile(IReadOnlyList<Expression> expressions);
}
