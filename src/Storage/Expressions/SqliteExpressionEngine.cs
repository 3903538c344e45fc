using Progeny.Core.Expressions;

namespace Progeny.Storage.Expressions;

/// <summary>Expressions on an in-memory SQLite that holds nothing and may only read and compute.</summary>
public sealed class SqliteExpressionEngine : IExpressionEngine
{
    /// <summary>The steps of SQLite's virtual machine after which an expression is stopped: a few milliseconds.</summary>
    public const int MaxSteps = 200_000;

    /// <summary>The milliseconds that all expressions of a query over one row have together.</summary>
    public const int MaxMilliseconds = 250;

    /// <summary>The rows of a query that add a millisecond.</summary>
    public const int RowsPerMillisecond = 10;

    /// <inheritdoc/>
    public IReadOnlyList<ExpressionError?> Check(IReadOnlyList<Expression> expressions)
    {
        using var compiler = new ExpressionCompiler();
        var errors = new ExpressionError?[expressions.Count];
        for (var i = 0; i < errors.Length; i++)
            compiler.Compile(expressions[i], out errors[i]);
        return errors;
    }

    /// <inheritdoc/>
    public IExpressionSet Compile(IReadOnlyList<Expression> expressions)
    {
        using var compiler = new ExpressionCompiler();
        var compiled = new CompiledExpression[expressions.Count];
        for (var i = 0; i < compiled.Length; i++)
            compiled[i] = compiler.Compile(expressions[i], out var error)
                ?? throw new ExpressionException(error!.Describe(expressions[i].Sql));
        return new SqliteExpressionSet(compiled);
    }

    /// <inheritdoc/>
    public ExpressionError? Check(TableQuery query)
    {
        using var statement = CompiledTableQuery.Compile(query, [], out var error);
        return error;
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<SqlValue>> Run(TableQuery query, IReadOnlyList<IReadOnlyList<SqlValue>> rows)
    {
        using var statement = CompiledTableQuery.Compile(query, rows, out var error)
            ?? throw new ExpressionException(error!.Describe(query.Sql));
        return statement.Read();
    }
}
