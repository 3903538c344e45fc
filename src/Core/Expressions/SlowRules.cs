namespace Progeny.Core.Expressions;

/// <summary>
/// Keeps rules, and conditions over figures, that take long away from the thread pool, on whose threads everything else on the node runs.
/// Rules usually take microseconds and run on the thread of their request. Once a request took long, those that follow run on a thread of
/// their own, one after the other.
/// </summary>
internal sealed class SlowRules
{
    // Some hundred times of what usual rules take.
    private const int SlowMilliseconds = 20;
    private const int RememberedMilliseconds = 10_000;

    // It has no wait handle, so there is nothing to dispose.
    private readonly Lazy<SemaphoreSlim> turn = new(() => new SemaphoreSlim(1));
    private long slowUntil;

    /// <summary>Whether rules took long a short while ago.</summary>
    public bool AreSlow => Environment.TickCount64 < Volatile.Read(ref slowUntil);

    /// <summary>Remembers how long a request took.</summary>
    /// <param name="started">When it started, by <see cref="Environment.TickCount64"/>.</param>
    public void Ended(long started)
    {
        var now = Environment.TickCount64;
        if (now - started > SlowMilliseconds)
            Volatile.Write(ref slowUntil, now + RememberedMilliseconds);
    }

    /// <summary>Runs a request's rules apart from the pool, when it is their turn.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for the request any more.</exception>
    public async Task<T> RunAsync<T>(Func<T> rules, CancellationToken cancellationToken)
    {
        await turn.Value.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(
                rules,
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
        finally
        {
            turn.Value.Release();
        }
    }
}
