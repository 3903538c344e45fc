namespace Progeny.Core.Serving.Routing;

/// <summary>
/// The admission of queries to an agent: up to a limit at once, and none after it is closed. Thread-safe, without a lock.
/// </summary>
/// <param name="max">How many may be under way at once.</param>
public sealed class QueryAdmission(int max)
{
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int max = max;
    private int underWay;
    private volatile bool closed;

    /// <summary>Ends when it is closed and the last query has left.</summary>
    public Task Drained => drained.Task;

    public bool IsClosed => closed;

    public bool IsFull => Volatile.Read(ref underWay) >= Volatile.Read(ref max);

    public bool IsBusy => Volatile.Read(ref underWay) > 0;

    /// <summary>Sets how many may be under way at once; those that are stay.</summary>
    public void Limit(int most) => Volatile.Write(ref max, most);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref underWay) <= Volatile.Read(ref max) && !closed)
            return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        // Another query may have entered before the admission was closed, so the number is read again after the flag.
        if (Interlocked.Decrement(ref underWay) == 0 && closed && !IsBusy)
            drained.TrySetResult();
    }

    public void Close()
    {
        closed = true;
        // Either a query that enters now sees that it is closed, or it is seen here.
        Interlocked.MemoryBarrier();
        if (!IsBusy)
            drained.TrySetResult();
    }
}
