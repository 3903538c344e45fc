using System.Diagnostics.CodeAnalysis;

namespace Orleans.Streams.Core
{
    /// <summary>Who subscribes a stream.</summary>
    public interface IStreamSubscriptionManager
    {
        /// <summary>The subscriptions that somebody began; implicit ones are not among them.</summary>
        Task<IEnumerable<StreamSubscription>> GetSubscriptions(string streamProviderName, StreamId streamId);
    }

    /// <summary>A stream provider that knows who subscribes its streams.</summary>
    public interface IStreamSubscriptionManagerRetriever
    {
        IStreamSubscriptionManager GetStreamSubscriptionManager();
    }

    /// <summary>A subscription of a stream.</summary>
    [GenerateSerializer, Immutable]
    public class StreamSubscription(Guid subscriptionId, string streamProviderName, StreamId streamId, GrainId grainId)
    {
        [Id(0)]
        public Guid SubscriptionId { get; } = subscriptionId;

        [Id(1)]
        public string StreamProviderName { get; } = streamProviderName;

        [Id(2)]
        public StreamId StreamId { get; } = streamId;

        /// <summary>The subscribing grain; default: a client.</summary>
        [Id(3)]
        public GrainId GrainId { get; } = grainId;
    }
}

namespace Orleans.Streams.PubSub
{
    using Orleans.Streams.Core;

    /// <summary>Asks a provider for its manager of subscriptions.</summary>
    public static class StreamSubscriptionManagerExtensions
    {
        public static bool TryGetStreamSubscriptionManager(this IStreamProvider streamProvider, [NotNullWhen(true)] out IStreamSubscriptionManager? manager)
        {
            manager = (streamProvider as IStreamSubscriptionManagerRetriever)?.GetStreamSubscriptionManager();
            return manager is not null;
        }
    }
}

namespace Orleans.Streams
{
    /// <inheritdoc/>
    internal sealed class StreamSubscriptionManager(StreamBroker broker) : Core.IStreamSubscriptionManager
    {
        public Task<IEnumerable<Core.StreamSubscription>> GetSubscriptions(string streamProviderName, StreamId streamId) =>
            Task.FromResult<IEnumerable<Core.StreamSubscription>>(
            [
                .. broker.All(streamProviderName, streamId).Where(each => !each.IsImplicit)
                    .Select(each => new Core.StreamSubscription(each.Id, streamProviderName, streamId, each.Subscriber ?? default)),
            ]);
    }
}
