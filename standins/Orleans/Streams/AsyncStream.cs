using Orleans.Copying;

namespace Orleans.Streams;

/// <summary>A stream of one provider, for one type of events.</summary>
internal sealed class AsyncStream<T>(Func<StreamBroker> broker, string provider, StreamId id) : IAsyncStream<T>, IStreamReference
{
    public bool IsRewindable => false;

    public string ProviderName => provider;

    public StreamId StreamId => id;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => OnNextBatchAsync([item], token);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        var items = batch.Select(item => Isolation.Copy(item, $"an event of the stream {id}")).ToArray();
        if (items.Length > 0)
            broker().Publish(provider, id, new StreamBatch<T>(items, broker().NextNumber()));
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync()
    {
        broker().Publish(provider, id, new StreamEnd<T>());
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex)
    {
        broker().Publish(provider, id, new StreamError<T>(ex));
        return Task.CompletedTask;
    }

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeObject(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null) =>
        filterData is null
            ? SubscribeObject(observer, token)
            : throw new NotSupportedException("Filters of streams are only in the Orleans packages, not in their stand-in.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeObject(observer, null);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token) => SubscribeObject(observer, token);

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles() => Task.FromResult<IList<StreamSubscriptionHandle<T>>>(
        [.. broker().Of(provider, id, RuntimeContext.Current?.GrainId).Select(each => each.Create<T>())]);

    public bool Equals(IAsyncStream<T>? other) => other is not null && other.StreamId == id && other.ProviderName == provider;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => HashCode.Combine(provider, id);

    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : id.CompareTo(other.StreamId);

    public override string ToString() => $"{provider}:{id}";

    private Task<StreamSubscriptionHandle<T>> SubscribeObject(object observer, StreamSequenceToken? token)
    {
        SubscriptionHandle<T>.RefuseRewind(token);
        var subscription = broker().Subscribe(provider, id, RuntimeContext.Current);
        subscription.Attach(observer);
        return Task.FromResult(subscription.Create<T>());
    }
}

/// <inheritdoc/>
internal sealed class SubscriptionHandle<T>(StreamBroker broker, StreamSubscription subscription) : StreamSubscriptionHandle<T>, IStreamReference
{
    public override StreamId StreamId => subscription.StreamId;

    public override string ProviderName => subscription.Provider;

    public override Guid HandleId => subscription.Id;

    public static void RefuseRewind(StreamSequenceToken? token)
    {
        if (token is not null)
            throw new ArgumentNullException(nameof(token), "These streams cannot be rewound: subscribe and resume without a token.");
    }

    public override Task UnsubscribeAsync()
    {
        broker.Unsubscribe(subscription);
        subscription.Detach();
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null) => Resume(observer, token);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) => Resume(observer, token);

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other is not null && other.HandleId == HandleId;

    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

    public override int GetHashCode() => HandleId.GetHashCode();

    private Task<StreamSubscriptionHandle<T>> Resume(object observer, StreamSequenceToken? token)
    {
        RefuseRewind(token);
        subscription.Attach(observer);
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }
}
