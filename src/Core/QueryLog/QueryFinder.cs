namespace Progeny.Core.QueryLog;

/// <summary>Finds a logged query whose answer has gone out, one whose record still waits to be written as well.</summary>
/// <param name="own">The buffer of this process; null: it answers no queries.</param>
/// <param name="isShared">Whether other processes write to the log, too.</param>
public sealed class QueryFinder(IQueryLog log, QueryLogBuffer? own, bool isShared, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private const int Attempts = 5;

    /// <summary>
    /// Waits until what was answered before is in the log: of this process, and of the others as long as they take at most.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (own is not null)
            await own.FlushAsync(cancellationToken);
        if (isShared)
            await Task.Delay(Attempts * Interval, time, cancellationToken);
    }

    /// <summary>Finds a query as <see cref="IQueryLog.FindAsync"/> does.</summary>
    public async Task<LoggedQuery?> FindAsync(string project, string queryId, CancellationToken cancellationToken)
    {
        var found = await (own is null
            ? log.FindAsync(project, queryId, cancellationToken)
            : own.FindAsync(project, queryId, cancellationToken));
        // Other processes gather for some 50 ms what they write, and need not be told to hurry.
        for (var attempt = 0; isShared && found is null && attempt < Attempts; attempt++)
        {
            await Task.Delay(Interval, time, cancellationToken);
            found = await log.FindAsync(project, queryId, cancellationToken);
        }

        return found;
    }
}
