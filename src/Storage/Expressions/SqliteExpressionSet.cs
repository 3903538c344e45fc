using System.Collections.Concurrent;
using Progeny.Core.Expressions;

namespace Progeny.Storage.Expressions;

/// <summary>Compiled expressions and the sessions that wait for their next user, no more than the machine has processors.</summary>
internal sealed class SqliteExpressionSet(IReadOnlyList<CompiledExpression> expressions) : IExpressionSet
{
    private readonly ConcurrentBag<SqliteExpressionSession> idle = [];
    private volatile bool disposed;

    public IReadOnlyList<int> Columns(int expression) => expressions[expression].Columns;

    public IExpressionSession Rent(int rows = 1)
    {
        if (!idle.TryTake(out var session))
            session = new SqliteExpressionSession(expressions, Return);
        session.Begin(rows);
        return session;
    }

    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var session))
            session.Close();
    }

    private void Return(SqliteExpressionSession session)
    {
        if (disposed || idle.Count >= Environment.ProcessorCount)
        {
            session.Close();
            return;
        }

        idle.Add(session);
        // Disposed in between: what was added just now would stay open.
        if (disposed)
            Dispose();
    }
}
