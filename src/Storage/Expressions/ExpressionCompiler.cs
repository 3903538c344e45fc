using Progeny.Core.Expressions;

namespace Progeny.Storage.Expressions;

/// <summary>
/// Compiles any number of expressions on one database for each set of tables that they read; making the tables costs more than compiling.
/// </summary>
internal sealed class ExpressionCompiler : IDisposable
{
    private readonly List<(IReadOnlyList<ExpressionTable> Tables, ExpressionConnection Connection)> schemas = [];
    private readonly Lazy<ExpressionConnection> empty = new(() => new ExpressionConnection());

    /// <summary>A database without tables: the statement that computes an expression brings its own.</summary>
    public ExpressionConnection Empty => empty.Value;

    /// <summary>Compiles; null with the reason.</summary>
    public CompiledExpression? Compile(Expression expression, out ExpressionError? error) =>
        CompiledExpression.Compile(expression, this, out error);

    /// <summary>A database with tables of no rows.</summary>
    public ExpressionConnection With(IReadOnlyList<ExpressionTable> tables)
    {
        foreach (var (known, open) in schemas)
        {
            if (known.SequenceEqual(tables))
                return open;
        }

        var connection = new ExpressionConnection(tables);
        schemas.Add((tables, connection));
        return connection;
    }

    public void Dispose()
    {
        foreach (var (_, connection) in schemas)
            connection.Dispose();
        if (empty.IsValueCreated)
            empty.Value.Dispose();
    }
}
