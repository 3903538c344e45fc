namespace Progeny.Core.Serving.Inference;

/// <summary>
/// Stops runs of models that take too long: past <see cref="MaxRunTime"/>, when nobody waits for the answer any more, or when the node
/// stops. One thread checks the runs of all models now and then, so that a run needs no timer of its own.
/// </summary>
public sealed class ModelWatchdog : IDisposable
{
    /// <summary>The longest run, where no setting says another.</summary>
    public static readonly TimeSpan DefaultMaxRunTime = TimeSpan.FromSeconds(30);

    /// <summary>How long runs may still take once the node stops.</summary>
    internal static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShrinkInterval = TimeSpan.FromSeconds(2);

    // Of checks that found nothing; then it sleeps until the next run.
    private const int IdleChecks = 40;

    private readonly List<ModelRun> _runs = [];
    private readonly AutoResetEvent _wake = new(false);
    private Thread? _thread;
    private volatile bool _isAsleep;
    private volatile bool _isDisposed;
    private volatile bool _shrinks;
    private long _stoppingSince;
    private long _shrunkAt;

    /// <param name="maxRunTime">The longest that a run of a model may take.</param>
    public ModelWatchdog(TimeSpan maxRunTime) => MaxRunTime = maxRunTime;

    /// <summary>The one of programs that are no nodes.</summary>
    public static ModelWatchdog Default { get; } = new(DefaultMaxRunTime);

    /// <summary>The longest that a run of a model may take.</summary>
    public TimeSpan MaxRunTime { get; }

    /// <summary>Stops all runs that are still under way in a second, and those that begin then.</summary>
    public void Stop()
    {
        Interlocked.CompareExchange(ref _stoppingSince, Environment.TickCount64, 0);
        _wake.Set();
    }

    /// <summary>Ends the thread; the models must have been disposed of, or run unwatched.</summary>
    /// <remarks>It waits for the thread: a process must not end while it is in the native library.</remarks>
    public void Dispose()
    {
        _isDisposed = true;
        _wake.Set();
        Thread? thread;
        lock (_runs)
            thread = _thread;
        thread?.Join();
    }

    internal void Add(ModelRun run)
    {
        lock (_runs)
        {
            _runs.Add(run);
            if (_thread is not null)
                return;
            _thread = new Thread(Watch) { IsBackground = true, Name = "watchdog of models" };
            _thread.Start();
        }
    }

    internal void Remove(ModelRun run)
    {
        lock (_runs)
            _runs.Remove(run);
    }

    /// <summary>
    /// Has the thread check again, if it sleeps. One that falls asleep at this moment checks within a second in any case.
    /// </summary>
    internal void Wake()
    {
        if (_isAsleep)
            _wake.Set();
    }

    /// <summary>Has the memory of a long run given back, which may be much.</summary>
    internal void HasEnded() => _shrinks = true;

    private void Watch()
    {
        var idle = 0;
        while (!_isDisposed)
        {
            _isAsleep = idle >= IdleChecks && !_shrinks;
            _wake.WaitOne(_isAsleep ? LongestSleep : Interval);
            _isAsleep = false;
            var now = Environment.TickCount64;
            idle = Check(now) ? 0 : Math.Min(idle + 1, IdleChecks);
            if (_shrinks && now - _shrunkAt > ShrinkInterval.TotalMilliseconds)
            {
                (_shrinks, _shrunkAt) = (false, now);
                OnnxRuntimeLibrary.ReturnMemory();
            }
        }
    }

    private bool Check(long now)
    {
        var since = Volatile.Read(ref _stoppingSince);
        var any = false;
        lock (_runs)
        {
            foreach (var run in _runs)
                any |= run.Watch(now, since == 0 ? null : since);
        }

        return any;
    }
}
