using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Invocation;
using Orleans.Streams.Core;

namespace Orleans.Streams;

/// <summary>
/// One subscriber of one stream: delivers the events in order, one after another, each again and again for a minute where the
/// subscriber fails; then it is told of the error and the next event follows.
/// </summary>
internal sealed class StreamSubscription(StreamBroker broker, string provider, StreamId stream, Guid id, GrainId? subscriber, bool isImplicit)
    : IStreamSubscriptionHandleFactory
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Queue<(StreamEvent Event, long Since)> waiting = new();
    private readonly StreamCacheEvictionOptions eviction = broker.Eviction(provider);
    private readonly CancellationTokenSource closed = new();
    private bool delivering;

    /// <summary>The observer of a client; those of a grain are kept with its activation.</summary>
    private object? clientObserver;

    public Guid Id => id;

    public string Provider => provider;

    public StreamId StreamId => stream;

    public GrainId? Subscriber => subscriber;

    public bool IsImplicit => isImplicit;

    string IStreamSubscriptionHandleFactory.ProviderName => provider;

    public StreamSubscriptionHandle<T> Create<T>() => new SubscriptionHandle<T>(broker, this);

    /// <summary>Gives the events of the running activation, or of the client, to an observer.</summary>
    public void Attach(object observer)
    {
        if (subscriber is null)
            clientObserver = observer;
        else if (RuntimeContext.Current is { } activation && activation.GrainId == subscriber)
            StreamConsumers.Of(activation).Observers[id] = observer;
        else
            throw new InvalidOperationException($"The subscription belongs to the grain {subscriber}: only a turn of that grain can resume it.");
    }

    public void Detach()
    {
        clientObserver = null;
        if (RuntimeContext.Current is { } activation)
            StreamConsumers.Of(activation).Observers.Remove(id);
    }

    public void Add(StreamEvent item)
    {
        lock (gate)
        {
            if (closed.IsCancellationRequested)
                return;
            var now = broker.Silo.Time.GetTimestamp();
            // As with the packages: a subscriber that stalls holds no more than what came in this time, and is not told what it missed.
            while (waiting.TryPeek(out var oldest) && broker.Silo.Time.GetElapsedTime(oldest.Since, now) is var age
                && age > eviction.DataMinTimeInCache && age > eviction.DataMaxAgeInCache)
                waiting.Dequeue();

            waiting.Enqueue((item, now));
            if (delivering)
                return;
            delivering = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static subscription => _ = subscription.DeliverAllAsync(), this, preferLocal: false);
    }

    public void Close() => closed.Cancel();

    private async Task DeliverAllAsync()
    {
        while (true)
        {
            (StreamEvent Event, long Since) next;
            lock (gate)
            {
                if (closed.IsCancellationRequested || !waiting.TryDequeue(out next))
                {
                    delivering = false;
                    return;
                }
            }

            await DeliverAsync(next.Event);
        }
    }

    private async Task DeliverAsync(StreamEvent item)
    {
        var started = broker.Silo.Time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(250); ; pause *= 2)
        {
            try
            {
                await RunAsync(item.DeliverAsync);
                return;
            }
            catch (SiloUnavailableException)
            {
                Close();
                return;
            }
            catch (Exception exception)
            {
                var left = Patience - broker.Silo.Time.GetElapsedTime(started);
                broker.Logger.LogWarning(exception, "An event of {Stream} could not be delivered to {Subscriber}.", stream, subscriber?.ToString() ?? "a client");
                if (left <= TimeSpan.Zero)
                {
                    await ReportAsync(item, exception);
                    return;
                }

                await Task.Delay(pause < left ? pause : left, broker.Silo.Time, closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (closed.IsCancellationRequested)
                    return;
            }
        }
    }

    private async Task ReportAsync(StreamEvent item, Exception exception)
    {
        try
        {
            await RunAsync(observer => item.ReportAsync(observer, exception));
        }
        catch (Exception second)
        {
            broker.Logger.LogError(second, "{Subscriber} failed to take the error of {Stream}.", subscriber?.ToString() ?? "A client", stream);
        }
    }

    private Task RunAsync(Func<object, Task> deliver)
    {
        if (subscriber is not { } grain)
            return clientObserver is { } observer ? deliver(observer) : Task.CompletedTask;
        var silo = broker.Silo;
        var reference = silo.Runtime.Factory.GetReference(grain, silo.Classes.InterfaceOf(grain.Type));
        var request = new WorkRequest(reference.Target, activation => DeliverToAsync(activation, deliver)) { SentAt = Environment.TickCount64 };
        silo.Runtime.Deliver(request);
        return request.Completion;
    }

    private async Task DeliverToAsync(Activation activation, Func<object, Task> deliver)
    {
        var consumers = StreamConsumers.Of(activation);
        if (!consumers.Observers.ContainsKey(id) && activation.GrainInstance is IStreamSubscriptionObserver told)
            await told.OnSubscribed(this);
        if (consumers.Observers.TryGetValue(id, out var observer))
            await deliver(observer);
        else
            broker.Logger.LogWarning("{Subscriber} has not subscribed {Stream} again since it was activated; the event is dropped.", subscriber, stream);
    }
}

/// <summary>The observers of one activation, by subscription.</summary>
internal sealed class StreamConsumers
{
    public Dictionary<Guid, object> Observers { get; } = [];

    public static StreamConsumers Of(Activation activation)
    {
        if (activation.GetComponent(typeof(StreamConsumers)) is StreamConsumers known)
            return known;
        var consumers = new StreamConsumers();
        activation.SetComponent(consumers);
        return consumers;
    }
}
