using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A database with a query log, which lives as long as a test. Every database keeps the same contract.</summary>
public abstract class LogHome : IDisposable
{
    public abstract QueryStore Store { get; }

    /// <summary>The log as a node with a clock has it.</summary>
    /// <param name="running">The projects whose old records are removed; null: all.</param>
    public abstract IQueryLog Log(TimeProvider? time = null, RetentionScope? running = null);

    /// <summary>Forgets what a process remembers, as a restart does.</summary>
    public abstract void Reopen();

    /// <summary>The log of another node that stands alone, or of another cluster.</summary>
    public abstract Task<LogHome> OtherAsync();

    /// <summary>The first column of the rows of a statement.</summary>
    public abstract Task<IReadOnlyList<T>> QueryAsync<T>(string sql);

    public abstract void Dispose();
}
