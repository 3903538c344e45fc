namespace Progeny.Core.Serving.Inference;

/// <summary>
/// The runs of one project's models on this node. Runs usually take microseconds and are on the threads of their callers, as many at once
/// as there are processors. Once one takes long, those that follow run on threads of the project's own, as many at most: whatever a model
/// does, the threads on which all others are served are not its to hold.
/// </summary>
public sealed class ProjectRuns
{
    private const int RememberedMilliseconds = 10_000;

    private static readonly int MaxAtOnce = Environment.ProcessorCount;

    private readonly Queue<Action> _waiting = new();
    private int _threads;
    private int _onCallers;
    private long _slowUntil;

    /// <summary>Whether a run takes long, or did a short while ago.</summary>
    public bool AreSlow => Volatile.Read(ref _slowUntil) is not 0 and var until && Environment.TickCount64 < until;

    /// <summary>How many threads the project has of its own.</summary>
    public int Threads
    {
        get
        {
            lock (_waiting)
                return _threads;
        }
    }

    /// <summary>Lets a run begin on the thread of its caller, which must leave then; false: it must run apart.</summary>
    public bool TryEnter()
    {
        if (AreSlow)
            return false;
        if (Interlocked.Increment(ref _onCallers) <= MaxAtOnce)
            return true;
        Leave();
        return false;
    }

    /// <summary>Ends what <see cref="TryEnter"/> let begin.</summary>
    public void Leave() => Interlocked.Decrement(ref _onCallers);

    /// <summary>Remembers that a run takes long.</summary>
    public void Slow() => Volatile.Write(ref _slowUntil, Environment.TickCount64 + RememberedMilliseconds);

    /// <summary>Runs something on one of the project's own threads, after all that came before it.</summary>
    /// <param name="run">It must not throw.</param>
    public void RunApart(Action run)
    {
        lock (_waiting)
        {
            _waiting.Enqueue(run);
            if (_threads == MaxAtOnce)
                return;
            _threads++;
        }

        new Thread(RunAll) { IsBackground = true, Name = "models of a project" }.Start();
    }

    /// <summary>The same, with what comes of it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before it began.</exception>
    public Task<T> RunApartAsync<T>(Func<T> run, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        RunApart(() =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                result.SetResult(run());
            }
            catch (OperationCanceledException exception)
            {
                result.TrySetCanceled(exception.CancellationToken);
            }
            catch (Exception exception)
            {
                // Whatever it is, it belongs to who waits; on this thread nobody does.
                result.TrySetException(exception);
            }
        });
        return result.Task;
    }

    private void RunAll()
    {
        while (true)
        {
            Action run;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out run!))
                {
                    _threads--;
                    return;
                }
            }

            run();
        }
    }
}
