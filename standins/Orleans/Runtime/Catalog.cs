using Orleans.Observers;
using System.Collections.Concurrent;
using Orleans.Invocation;

namespace Orleans.Runtime;

/// <summary>Who answers for which grain now: one activation a grain, or one group of stateless workers.</summary>
internal sealed class Catalog(Silo silo)
{
    private readonly ConcurrentDictionary<GrainId, IRequestReceiver> receivers = new();
    private volatile bool closed;

    public IEnumerable<Activation> Activations => receivers.Values.SelectMany(each => each switch
    {
        Activation activation => [activation],
        StatelessWorkers workers => workers.Activations,
        _ => Enumerable.Empty<Activation>(),
    });

    public IRequestReceiver GetOrCreate(GrainId id) => receivers.TryGetValue(id, out var known) ? known : Create(id);

    public IRequestReceiver? Find(GrainId id) => receivers.GetValueOrDefault(id);

    public void Add(GrainId id, IRequestReceiver receiver) => receivers[id] = receiver;

    public void Remove(GrainId id, IRequestReceiver receiver) => receivers.TryRemove(new(id, receiver));

    /// <summary>Ends all activations and waits for them; from then on requests are turned away.</summary>
    public async Task CloseAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        silo.Closing = true;
        try
        {
            // Grains that end may call others, which are activated for that: they end, too.
            while (Activations.ToArray() is { Length: > 0 } ending)
            {
                foreach (var each in ending)
                    each.Deactivate(reason, cancellationToken);
                await Task.WhenAll(Array.ConvertAll(ending, each => each.Deactivated)).WaitAsync(cancellationToken);
            }
        }
        finally
        {
            closed = true;
        }
    }

    public void ExpireRequests(long now)
    {
        foreach (var (_, receiver) in receivers)
            receiver.ExpireRequests(now);
    }

    private IRequestReceiver Create(GrainId id)
    {
        if (ObserverDirectory.IsObserver(id))
            throw new SiloUnavailableException($"The observer {id} is gone: it was deleted, or its client has stopped.");
        if (closed || (silo.Closing && RuntimeContext.Current is null))
            throw new SiloUnavailableException($"The silo {silo.Name} is stopping and activates no grains: {id}.");
        var grainClass = silo.Classes.Get(id.Type);
        return receivers.GetOrAdd(id, _ => grainClass.MaxLocalWorkers is { } limit
            ? new StatelessWorkers(silo, grainClass, id, limit)
            : new Activation(silo, grainClass, id, null));
    }
}
