using Microsoft.Extensions.Logging;
using Orleans.Invocation;

namespace Orleans.Timers;

/// <summary>A timer whose ticks are requests of the activation: they wait for their turn like any other.</summary>
internal abstract class GrainTimer : IGrainTimer
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly ITimer timer;
    private readonly GrainTimerCreationOptions options;
    private TimeSpan period;
    private bool ticking;
    private bool changed;
    private bool disposed;

    protected GrainTimer(Activation activation, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));
        Activation = activation;
        this.options = options;
        period = options.Period;
        timer = activation.Silo.Time.CreateTimer(static state => ((GrainTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        activation.Add(this);
    }

    protected Activation Activation { get; }

    public void Start() => timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            this.period = period;
            changed = ticking;
            timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            timer.Dispose();
        }

        stopped.Cancel();
        Activation.Remove(this);
    }

    protected abstract Task CallAsync(CancellationToken cancellationToken);

    private static void Check(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, time, "A timer needs a time that is not negative, or Timeout.InfiniteTimeSpan.");
    }

    private void Tick()
    {
        lock (gate)
        {
            if (disposed)
                return;
            (ticking, changed) = (true, false);
        }

        Activation.TryReceive(new WorkRequest(Activation.GrainReference.Target, _ => RunAsync(), options.Interleave, options.KeepAlive));
    }

    private async Task RunAsync()
    {
        try
        {
            if (!disposed)
                await CallAsync(stopped.Token);
        }
        catch (Exception exception)
        {
            Activation.OnFault(exception);
            Activation.Silo.Logger.LogError(exception, "A timer of {Activation} failed.", Activation);
        }

        lock (gate)
        {
            ticking = false;
            if (!disposed && !changed)
                timer.Change(period, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <inheritdoc/>
internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) : GrainTimer(activation, options)
{
    protected override Task CallAsync(CancellationToken cancellationToken) => callback(state, cancellationToken);
}

/// <inheritdoc/>
internal sealed class TimerRegistry : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new GrainTimer<TState>((Activation)grainContext, callback, state, options);
        timer.Start();
        return timer;
    }
}
