using Orleans.Invocation;

namespace Orleans.Observers;

/// <summary>The objects that grains call back.</summary>
internal static class ObserverDirectory
{
    private static readonly GrainType Type = GrainType.Create("sys.observer");

    public static bool IsObserver(GrainId id) => id.Type == Type;

    public static GrainId Add(GrainRuntime runtime, IGrainObserver observer)
    {
        var id = new GrainId(Type, GrainIdKeyExtensions.CreateGuidKey(Guid.NewGuid()));
        Connected(runtime).Catalog.Add(id, new Observer(observer));
        return id;
    }

    public static void Remove(GrainRuntime runtime, GrainId id)
    {
        var catalog = Connected(runtime).Catalog;
        if (catalog.Find(id) is Observer observer)
        {
            observer.Close();
            catalog.Remove(id, observer);
        }
    }

    private static Silo Connected(GrainRuntime runtime) =>
        runtime.Silo ?? throw new InvalidOperationException("The client is not connected yet: start its host before it creates object references.");

    /// <summary>Calls one observer, one call after another. It is held weakly: whoever made the reference keeps it alive.</summary>
    private sealed class Observer(IGrainObserver target) : IRequestReceiver
    {
        private readonly Lock gate = new();
        private readonly WeakReference<IGrainObserver> target = new(target);
        private readonly LinkedList<Request> waiting = new();
        private Request? running;
        private bool closed;

        public bool TryReceive(Request request)
        {
            lock (gate)
            {
                if (closed)
                    return false;
                waiting.AddLast(request);
                if (waiting.Count > 1 || running is not null)
                    return true;
                running = request;
            }

            ThreadPool.UnsafeQueueUserWorkItem(static observer => _ = observer.RunAsync(), this, preferLocal: true);
            return true;
        }

        public void ExpireRequests(long now)
        {
            Request[] all;
            lock (gate)
                all = [.. waiting, .. running is null ? [] : new[] { running }];
            Array.ForEach(all, each => each.ExpireAt(now));
        }

        public void Close()
        {
            lock (gate)
                closed = true;
        }

        private async Task RunAsync()
        {
            while (true)
            {
                Request request;
                lock (gate)
                {
                    if (waiting.First is not { } first)
                    {
                        running = null;
                        return;
                    }

                    waiting.RemoveFirst();
                    running = request = first.Value;
                }

                RequestContext.Current = request.Context;
                if (target.TryGetTarget(out var observer))
                    await request.RunAsync(observer);
                else
                    request.Fail(new SiloUnavailableException($"The object behind {request.Target.GrainId} was collected: keep it referenced."));
            }
        }
    }
}
