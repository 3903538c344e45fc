using Orleans.Invocation;

namespace Orleans.Runtime;

/// <summary>The activations of one stateless worker: a further one is made when all are busy, up to a limit.</summary>
internal sealed class StatelessWorkers(Silo silo, GrainClass grainClass, GrainId id, int limit) : IRequestReceiver
{
    private readonly Lock gate = new();
    private Activation[] workers = [];

    public Activation[] Activations => workers;

    public bool TryReceive(Request request)
    {
        while (true)
        {
            var worker = Idlest() ?? AddWorker();
            if (worker.TryReceive(request))
                return true;
        }
    }

    public void ExpireRequests(long now)
    {
        foreach (var each in workers)
            each.ExpireRequests(now);
    }

    public void Remove(Activation worker)
    {
        lock (gate)
        {
            workers = [.. workers.Where(each => !ReferenceEquals(each, worker))];
            if (workers.Length == 0)
                silo.Catalog.Remove(id, this);
        }
    }

    /// <summary>The worker with the least to do; null where all have something to do and there may be one more.</summary>
    private Activation? Idlest()
    {
        Activation? idlest = null;
        var least = int.MaxValue;
        foreach (var each in workers)
        {
            var load = each.Load;
            if (load == 0)
                return each;
            if (load < least)
                (idlest, least) = (each, load);
        }

        return workers.Length < limit ? null : idlest;
    }

    private Activation AddWorker()
    {
        lock (gate)
        {
            if (workers.Length >= limit)
                return Idlest()!;
            var worker = new Activation(silo, grainClass, id, this);
            workers = [.. workers, worker];
            silo.Catalog.Add(id, this);
            return worker;
        }
    }
}
