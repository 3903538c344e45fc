using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog;

/// <summary>Where the query log and the outcomes are: a file of one node, or the database of a cluster.</summary>
public abstract class QueryStore
{
    private protected QueryStore()
    {
    }

    /// <summary>The time by which the last sweep of this process told what is old; null: there was none yet.</summary>
    internal abstract DateTimeOffset? Age { get; }

    /// <summary>Stores outcomes.</summary>
    internal abstract IFeedbackWriter Feedback { get; }

    /// <summary>Runs a read on another thread, over a snapshot of its own, which holds what was written before the call.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<ILogSnapshot, T> work, CancellationToken cancellationToken);
}
