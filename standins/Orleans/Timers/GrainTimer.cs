using Microsoft.Extensions.Logging;
using Orleans.CodeGeneration;
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

        Activation.TryReceive(new TickRequest(this));
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

    /// <summary>One tick in the queue of the activation.</summary>
    private sealed class TickRequest(GrainTimer timer) : Request(timer.Activation.GrainReference.Target, TickMethod)
    {
        private static readonly GrainMethod TickMethod = GrainInterface.Of(typeof(ITimerTick)).Methods[0];

        public override InvokeMethodOptions Options { get; } = timer.options.Interleave ? InvokeMethodOptions.AlwaysInterleave : InvokeMethodOptions.None;

        public override bool KeepsAlive { get; } = timer.options.KeepAlive;

        public override bool IsCancellable => false;

        public override bool Start(Activation activation, object instance)
        {
            var run = timer.RunAsync();
            if (run.IsCompleted)
                return true;
            activation.OnSuspended(this);
            _ = FinishAsync(activation, run);
            return false;
        }

        public override ValueTask RunAsync(object instance) => default;

        public override void Fail(Exception exception) => TryAnswer();

        public override void Cancel() => timer.stopped.Cancel();

        public override bool TryLinkCancellation() => true;

        public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, "A tick has no arguments.");

        public override void SetArgument(int index, object value) => GetArgument(index);

        public override CancellationToken GetCancellationToken() => timer.stopped.Token;

        private async Task FinishAsync(Activation activation, Task run)
        {
            await run;
            activation.OnFinished(this);
        }
    }
}

/// <inheritdoc/>
internal sealed class GrainTimer<TState>(
    Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) : GrainTimer(activation, options)
{
    protected override Task CallAsync(CancellationToken cancellationToken) => callback(state, cancellationToken);
}

/// <summary>The method that a tick counts as.</summary>
internal interface ITimerTick : IAddressable
{
    Task Tick();
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
