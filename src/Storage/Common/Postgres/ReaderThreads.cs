using System.Collections.Concurrent;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// Threads for work that waits for a database on its own thread: on those of the thread pool it would hold up everything else of the
/// process. They are started as they are needed and bound how much runs at once.
/// </summary>
internal sealed class ReaderThreads(string name, int max) : IDisposable
{
    private readonly BlockingCollection<Action> _queue = [];
    private readonly Lock _gate = new();
    private int _threads;
    private int _idle;

    /// <summary>Runs work on one of the threads.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(
            () =>
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    completion.SetCanceled(cancellationToken);
                    return;
                }

                try
                {
                    completion.SetResult(work());
                }
                catch (Exception exception)
                {
                    completion.SetException(exception);
                }
            },
            cancellationToken);
        lock (_gate)
        {
            if (_queue.Count > Volatile.Read(ref _idle) && _threads < max)
                new Thread(Run) { IsBackground = true, Name = $"{name} {++_threads}" }.Start();
        }

        return completion.Task;
    }

    /// <summary>Ends the threads when what was handed in is done.</summary>
    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        Interlocked.Increment(ref _idle);
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            Interlocked.Decrement(ref _idle);
            work();
            Interlocked.Increment(ref _idle);
        }
    }
}
