using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Streams;

/// <summary>The streams of a silo, in memory, and who subscribes them.</summary>
internal sealed class StreamBroker(Silo silo, ILogger<StreamBroker> logger)
{
    private readonly ConcurrentDictionary<(string Provider, StreamId Id), ConcurrentDictionary<Guid, StreamSubscription>> streams = new();
    private long lastNumber;

    public Silo Silo => silo;

    public ILogger Logger => logger;

    public long NextNumber() => Interlocked.Increment(ref lastNumber);

    public void Publish(string provider, StreamId id, StreamEvent item)
    {
        AddImplicit(provider, id);
        foreach (var each in Subscriptions(provider, id).Values)
            each.Add(item);
    }

    /// <summary>The subscription that a caller gets: the implicit one of its class, or a new one of its own.</summary>
    public StreamSubscription Subscribe(string provider, StreamId id, Activation? subscriber)
    {
        if (subscriber is not null)
        {
            AddImplicit(provider, id);
            var own = ImplicitId(subscriber.GrainId, provider, id);
            if (Subscriptions(provider, id).TryGetValue(own, out var implicitOne))
                return implicitOne;
        }

        if (silo.Services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME) is null)
        {
            throw new OrleansConfigurationException(
                $"Subscriptions need a grain storage named «{ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME}», e.g. AddMemoryGrainStorage(\"{ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME}\").");
        }

        var subscription = new StreamSubscription(this, provider, id, Guid.NewGuid(), subscriber?.GrainId, isImplicit: false);
        Subscriptions(provider, id)[subscription.Id] = subscription;
        return subscription;
    }

    public void Unsubscribe(StreamSubscription subscription)
    {
        if (!subscription.IsImplicit && Subscriptions(subscription.Provider, subscription.StreamId).TryRemove(subscription.Id, out var removed))
            removed.Close();
    }

    public IEnumerable<StreamSubscription> Of(string provider, StreamId id, GrainId? subscriber)
    {
        AddImplicit(provider, id);
        return Subscriptions(provider, id).Values.Where(each => each.Subscriber == subscriber);
    }

    /// <summary>All subscriptions of a stream.</summary>
    public IEnumerable<StreamSubscription> All(string provider, StreamId id) =>
        streams.TryGetValue((provider, id), out var subscriptions) ? subscriptions.Values : [];

    public StreamCacheEvictionOptions Eviction(string provider) =>
        silo.Services.GetRequiredService<IOptionsMonitor<StreamCacheEvictionOptions>>().Get(provider);

    private ConcurrentDictionary<Guid, StreamSubscription> Subscriptions(string provider, StreamId id) =>
        streams.GetOrAdd((provider, id), static _ => new());

    private void AddImplicit(string provider, StreamId id)
    {
        if (id.GetNamespace() is not { } ns)
            return;
        foreach (var each in silo.Classes.SubscribersOf(ns))
        {
            var key = typeof(IGrainWithIntegerKey).IsAssignableFrom(each.Type) && long.TryParse(id.GetKeyAsString(), CultureInfo.InvariantCulture, out var number)
                ? GrainIdKeyExtensions.CreateIntegerKey(number)
                : IdSpan.Create(id.GetKeyAsString());
            var subscriber = new GrainId(each.GrainType, key);
            var subscription = ImplicitId(subscriber, provider, id);
            Subscriptions(provider, id).GetOrAdd(subscription, own => new StreamSubscription(this, provider, id, own, subscriber, isImplicit: true));
        }
    }

    /// <summary>The same for the same grain and stream, always.</summary>
    private static Guid ImplicitId(GrainId subscriber, string provider, StreamId id) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{subscriber}\n{provider}\n{id}")).AsSpan(0, 16));
}
