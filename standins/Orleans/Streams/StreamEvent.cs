using Orleans.Copying;
using Orleans.Providers.Streams.Common;

namespace Orleans.Streams;

/// <summary>What a subscription delivers: a batch of events, an error or the end.</summary>
internal abstract class StreamEvent
{
    /// <param name="observer">An <see cref="IAsyncObserver{T}"/> or <see cref="IAsyncBatchObserver{T}"/>.</param>
    public abstract Task DeliverAsync(object observer);

    /// <summary>Tells the observer that an event could not be delivered.</summary>
    public abstract Task ReportAsync(object observer, Exception exception);
}

/// <inheritdoc/>
internal sealed class StreamBatch<T>(T[] items, long number) : StreamEvent
{
    /// <summary>Copied for every subscriber: none sees what another one changes.</summary>
    private SequentialItem<T>[] Copies() =>
    [
        .. items.Select((item, index) =>
            new SequentialItem<T>(Isolation.Copy(item, $"an event of the type {typeof(T)}"), new EventSequenceTokenV2(number, index))),
    ];

    public override async Task DeliverAsync(object observer)
    {
        switch (observer)
        {
            case IAsyncBatchObserver<T> batches:
                await batches.OnNextAsync(Copies());
                break;
            case IAsyncObserver<T> single:
                foreach (var each in Copies())
                    await single.OnNextAsync(each.Item, each.Token);
                break;
        }
    }

    public override Task ReportAsync(object observer, Exception exception) => StreamError<T>.TellAsync(observer, exception);
}

/// <inheritdoc/>
internal sealed class StreamError<T>(Exception error) : StreamEvent
{
    public static Task TellAsync(object observer, Exception exception) => observer switch
    {
        IAsyncBatchObserver<T> batches => batches.OnErrorAsync(exception),
        IAsyncObserver<T> single => single.OnErrorAsync(exception),
        _ => Task.CompletedTask,
    };

    public override Task DeliverAsync(object observer) => TellAsync(observer, error);

    public override Task ReportAsync(object observer, Exception exception) => TellAsync(observer, exception);
}

/// <inheritdoc/>
internal sealed class StreamEnd<T> : StreamEvent
{
    public override Task DeliverAsync(object observer) => observer switch
    {
        IAsyncBatchObserver<T> batches => batches.OnCompletedAsync(),
        IAsyncObserver<T> single => single.OnCompletedAsync(),
        _ => Task.CompletedTask,
    };

    public override Task ReportAsync(object observer, Exception exception) => StreamError<T>.TellAsync(observer, exception);
}
