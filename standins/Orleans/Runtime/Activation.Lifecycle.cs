using Microsoft.Extensions.Logging;
using Orleans.Invocation;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>The states of an activation.</summary>
internal enum ActivationState
{
    Created,
    Activating,
    Valid,
    Deactivating,
    Ending,
    Ended,
}

/// <summary>The way from the first request to the end.</summary>
internal sealed partial class Activation
{
    private readonly Lazy<LifecycleSubject> lifecycle;
    private readonly TaskCompletionSource deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<GrainTimer> timers = [];
    private readonly CancellationTokenSource ending = new();
    private CancellationTokenRegistration endingRegistration;
    private ActivationState state;
    private DeactivationReason reason;
    private bool wasActivated;
    private long keepUntil;

    public Task Deactivated => deactivated.Task;

    public ActivationState State => state;

    /// <summary>How long nobody has used it; zero while somebody does, or while it asked not to be collected.</summary>
    public TimeSpan IdleTime
    {
        get
        {
            lock (gate)
            {
                var now = Silo.Time.GetTimestamp();
                return state != ActivationState.Valid || scheduled || running.Exists(each => each.KeepsAlive) || now < keepUntil
                    ? TimeSpan.Zero
                    : Silo.Time.GetElapsedTime(Volatile.Read(ref lastUse), now);
            }
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        var now = Silo.Time.GetTimestamp();
        lock (gate)
        {
            keepUntil = time <= TimeSpan.Zero && time != Timeout.InfiniteTimeSpan ? 0
                : time == Timeout.InfiniteTimeSpan || time == TimeSpan.MaxValue ? long.MaxValue
                : now + (long)(time.TotalSeconds * Silo.Time.TimestampFrequency);
        }
    }

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) => Wake();

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (state >= ActivationState.Deactivating || reason.ReasonCode != DeactivationReasonCode.None)
                return;
            reason = deactivationReason;
            if (state == ActivationState.Valid)
                state = ActivationState.Deactivating;
        }

        ending.CancelAfter(Silo.CollectionOptions.DeactivationTimeout);
        if (cancellationToken.CanBeCanceled)
            endingRegistration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ending);
        Wake();
    }

    public void Add(GrainTimer timer)
    {
        lock (gate)
            timers.Add(timer);
    }

    public void Remove(GrainTimer timer)
    {
        lock (gate)
            timers.Remove(timer);
    }

    private void Wake() => QueueAction(static () => { });

    /// <summary>Whether the loop has to run a step of the way; called under the lock, it queues the step.</summary>
    private bool MayEnd()
    {
        if (state == ActivationState.Created)
        {
            state = ActivationState.Activating;
            Step(ActivateAsync);
            return true;
        }

        if (state == ActivationState.Deactivating && running.Count == 0)
        {
            state = ActivationState.Ending;
            Step(EndAsync);
            return true;
        }

        return false;
    }

    private void Step(Func<Task> step) =>
        new Task(static state => _ = ((Func<Task>)state!)(), step, CancellationToken.None, TaskCreationOptions.DenyChildAttach).Start(this);

    private async Task ActivateAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Silo.CollectionOptions.ActivationTimeout);
            instance = Class.Create(this);
            if (instance is ILifecycleParticipant<IGrainLifecycle> participant)
                participant.Participate(lifecycle.Value);
            Silo.Configure(this);
            if (lifecycle.IsValueCreated)
                await lifecycle.Value.OnStart(patience.Token);
            if (instance is IGrainBase grain)
                await grain.OnActivateAsync(patience.Token);
            lock (gate)
            {
                wasActivated = true;
                state = reason.ReasonCode == DeactivationReasonCode.None ? ActivationState.Valid : ActivationState.Deactivating;
            }
        }
        catch (Exception exception)
        {
            Silo.Logger.LogError(exception, "{Activation} could not be activated.", this);
            lock (gate)
                (state, reason) = (ActivationState.Ending, new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Activation failed."));
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        GrainTimer[] own;
        lock (gate)
            own = [.. timers];
        foreach (var timer in own)
            timer.Dispose();
        if (wasActivated && instance is IGrainBase grain)
            await TryAsync(() => grain.OnDeactivateAsync(reason, ending.Token), "OnDeactivateAsync");
        if (lifecycle.IsValueCreated)
            await TryAsync(() => lifecycle.Value.OnStop(ending.Token), "stop");
        await TryAsync(DisposeAsync, "dispose");

        var waiting = Close();
        if (group is null)
            Silo.Catalog.Remove(GrainId, this);
        else
            group.Remove(this);
        foreach (var request in waiting)
        {
            if (reason.ReasonCode == DeactivationReasonCode.ActivationFailed)
                request.Fail(reason.Exception!);
            else
                request.Target.Runtime.Deliver(request);
        }

        await endingRegistration.DisposeAsync();
        ending.Dispose();
        deactivated.TrySetResult();
    }

    private List<Request> Close()
    {
        lock (gate)
        {
            state = ActivationState.Ended;
            List<Request> waiting = [];
            while (firstWaiting is { } request)
            {
                Unlink(request, null);
                waiting.Add(request);
            }

            return waiting;
        }
    }

    private async Task DisposeAsync()
    {
        if (instance is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            (instance as IDisposable)?.Dispose();
        if (scope is IAsyncDisposable services)
            await services.DisposeAsync();
        else
            scope?.Dispose();
    }

    private async Task TryAsync(Func<Task> step, string name)
    {
        try
        {
            await step();
        }
        catch (Exception exception)
        {
            Silo.Logger.LogError(exception, "{Activation} failed in {Step}.", this, name);
        }
    }
}
