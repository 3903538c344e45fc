using Microsoft.Extensions.Logging;

namespace Orleans;

/// <summary>Starts its observers stage by stage, those of one stage together, and stops the stages that were started in reverse.</summary>
internal sealed class LifecycleSubject(ILogger logger) : ILifecycleSubject, ISiloLifecycle, IGrainLifecycle, IClusterClientLifecycle
{
    private readonly Lock gate = new();
    private readonly List<Subscription> subscriptions = [];

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var subscription = new Subscription(this, observerName, stage, observer);
        lock (gate)
            subscriptions.Add(subscription);
        return subscription;
    }

    public async Task OnStart(CancellationToken cancellationToken = default)
    {
        // Observers may subscribe while the lifecycle starts: look again after every stage.
        for (long next = int.MinValue; NextStage(next) is { } stage; next = stage + 1L)
        {
            if (cancellationToken.IsCancellationRequested)
                throw new OrleansLifecycleCanceledException($"The start was cancelled before stage {stage}.");
            foreach (var each in At(stage))
                each.Started = true;
            await Task.WhenAll(At(stage).Select(each => each.Observer.OnStart(cancellationToken)));
            HighestCompletedStage = stage;
        }
    }

    public async Task OnStop(CancellationToken cancellationToken = default)
    {
        int[] stages;
        lock (gate)
            stages = [.. subscriptions.Where(each => each.Started).Select(each => each.Stage).Distinct().OrderDescending()];
        foreach (var stage in stages)
        {
            await Task.WhenAll(At(stage).Where(each => each.Started).Select(each => StopAsync(each, cancellationToken)));
            LowestStoppedStage = stage;
        }
    }

    private async Task StopAsync(Subscription each, CancellationToken cancellationToken)
    {
        each.Started = false;
        try
        {
            await each.Observer.OnStop(cancellationToken);
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "{Observer} failed to stop (stage {Stage}).", each.Name, each.Stage);
        }
    }

    private int? NextStage(long from)
    {
        lock (gate)
            return subscriptions.Where(each => each.Stage >= from).Select(each => (int?)each.Stage).Min();
    }

    private Subscription[] At(int stage)
    {
        lock (gate)
            return [.. subscriptions.Where(each => each.Stage == stage)];
    }

    private sealed class Subscription(LifecycleSubject owner, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        public string Name => name;

        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public bool Started { get; set; }

        public void Dispose()
        {
            lock (owner.gate)
                owner.subscriptions.Remove(this);
        }
    }
}
