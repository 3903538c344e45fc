using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// What a <see cref="ModelWatchdog"/> sees of the runs that follow one another in a lane of a model, and how it stops them. A run costs two
/// writes to memory: <see cref="Begin(ReadOnlySpan{ModelPart})"/> and <see cref="End"/> take no lock, read no clock and allocate nothing.
/// </summary>
internal sealed class ModelRun : IDisposable
{
    // The lowest bit of the mark of a run is set once the watchdog has seen that it takes long; what it does then, it does under the lock.
    private const long Watched = 1;
    private const long Step = 2;

    private readonly Lock _gate = new();
    private readonly ModelWatchdog _watchdog;
    private readonly ProjectRuns? _project;
    private ModelPart?[] _parts = new ModelPart?[1];
    private int _count;
    private CancellationToken _cancellation;
    private bool _onPool;
    private long _mark;
    private long _last;
    private ModelException? _stopped;

    // The watchdog's own.
    private long _seen;
    private long _seenAt;

    public ModelRun(ModelWatchdog watchdog, ProjectRuns? project)
    {
        (_watchdog, _project) = (watchdog, project);
        watchdog.Add(this);
    }

    // What goes wrong is in the exception; the library would print it to the error stream besides.
    public RunOptions Options { get; } = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Why the run was stopped; null: it was not.</summary>
    public ModelException? Stopped => Volatile.Read(ref _stopped);

    /// <summary>Begins a run for queries; it is stopped when none of them is waited for any more.</summary>
    public void Begin(ReadOnlySpan<ModelPart> parts)
    {
        if (_parts.Length < parts.Length)
            _parts = new ModelPart?[parts.Length];
        parts.CopyTo(_parts!);
        Begin(parts.Length, CancellationToken.None);
    }

    /// <summary>Begins a run that is stopped when the token is cancelled.</summary>
    public void Begin(CancellationToken cancellationToken) => Begin(0, cancellationToken);

    /// <summary>Ends the run.</summary>
    public void End()
    {
        if ((Interlocked.Exchange(ref _mark, 0) & Watched) != 0)
            EndWatched();
        if (_count > 0)
            Array.Clear(_parts, 0, _count);
        _cancellation = default;
    }

    public void Dispose()
    {
        _watchdog.Remove(this);
        Options.Dispose();
    }

    /// <summary>Checks the run that is under way, if any; called by the watchdog alone.</summary>
    /// <param name="now">The time in milliseconds.</param>
    /// <param name="stopping">When the node began to stop; null: it does not.</param>
    /// <returns>Whether a run is under way.</returns>
    public bool Watch(long now, long? stopping)
    {
        var mark = Volatile.Read(ref _mark);
        if (mark == 0)
            return false;
        if ((mark & ~Watched) != _seen)
        {
            (_seen, _seenAt) = (mark & ~Watched, now);
            return true;
        }

        var problem = Problem(now, stopping);
        lock (_gate)
        {
            if ((mark & Watched) == 0)
            {
                if (Interlocked.CompareExchange(ref _mark, mark | Watched, mark) != mark)
                    return true;
                _project?.Slow();
                if (_onPool)
                    HeldThreads.Add();
            }

            if (problem is not null && Volatile.Read(ref _mark) == (mark | Watched) && _stopped is null)
            {
                _stopped = problem;
                Options.Terminate = true;
            }
        }

        return true;
    }

    private void Begin(int count, CancellationToken cancellationToken)
    {
        (_count, _cancellation, _onPool) = (count, cancellationToken, Thread.CurrentThread.IsThreadPoolThread);
        Volatile.Write(ref _mark, _last += Step);
        _watchdog.Wake();
    }

    private void EndWatched()
    {
        lock (_gate)
        {
            if (_onPool)
                HeldThreads.Remove();
            if (_stopped is not null)
                Options.Terminate = false;
            _stopped = null;
        }

        _project?.Slow();
        _watchdog.HasEnded();
    }

    private ModelException? Problem(long now, long? stopping)
    {
        if (now - _seenAt > _watchdog.MaxRunTime.TotalMilliseconds)
        {
            return new ModelException(
                $"The model ran for longer than {ManifestUnits.Format(_watchdog.MaxRunTime)}, the most that a run may take on this node "
                    + "(Serving:MaxRunTime), and was stopped.")
            { Kind = ServingErrorKind.DeadlineExceeded, IsStopped = true, IsOverBound = true };
        }

        if (IsAbandoned())
            return new ModelException(
                "The model was stopped: nobody waits for its answer any more.")
                {
                    Kind = ServingErrorKind.DeadlineExceeded,
                    IsStopped = true,
                };
        return stopping is { } since && now - since > ModelWatchdog.TimeToStop.TotalMilliseconds
            ? new ModelException("The model was stopped: this node stops.") { Kind = ServingErrorKind.Unavailable, IsStopped = true }
            : null;
    }

    private bool IsAbandoned()
    {
        // The run may end meanwhile and another one begin: then the mark is another one, and what was read here is not used.
        var (count, parts) = (_count, _parts);
        if (count == 0)
            return _cancellation.IsCancellationRequested;
        for (var i = 0; i < Math.Min(count, parts.Length); i++)
        {
            if (parts[i] is not { Cancellation.IsCancellationRequested: true })
                return false;
        }

        return true;
    }
}
