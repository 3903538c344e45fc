namespace Progeny.Core.Expressions;

/// <summary>
/// Compiles and computes what projects say in SQL. An expression reads and computes only: it sees its one-row tables and nothing else,
/// changes nothing, uses no randomness, and ends after a bounded number of steps and a bounded time.
/// </summary>
public interface IExpressionEngine
{
    /// <summary>What is wrong with each of some expressions; null: nothing.</summary>
    IReadOnlyList<ExpressionError?> Check(IReadOnlyList<Expression> expressions);

    /// <summary>Compiles expressions that have been checked.</summary>
    /// <exception cref="ExpressionException">One of them is wrong.</exception>
    IExpressionSet Compile(IReadOnlyList<Expression> expressions);

    /// <summary>What is wrong with a statement over a table; null: nothing.</summary>
    ExpressionError? Check(TableQuery query);

    /// <summary>Runs a statement over the rows of its table.</summary>
    /// <param name="rows">The values of the table's columns, row by row.</param>
    /// <returns>The values of <see cref="TableQuery.Yields"/>, in that order, row by row.</returns>
    /// <exception cref="ExpressionException">It is wrong, failed, or took too many steps or too long.</exception>
    IReadOnlyList<IReadOnlyList<SqlValue>> Run(TableQuery query, IReadOnlyList<IReadOnlyList<SqlValue>> rows);
}
