using System.Collections.Concurrent;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Streams.PubSub;

namespace Progeny.Engine.Tests.Grains;

public interface IListener : IGrainWithStringKey
{
    Task Subscribe(string streamNamespace, string key, bool batches);

    Task Resume(string streamNamespace, string key);

    Task Unsubscribe(string streamNamespace, string key);

    Task Publish(string streamNamespace, string key, int[] numbers);

    Task Leave();
}

public sealed class ListenerGrain : Grain, IListener
{
    public static readonly ConcurrentDictionary<string, ConcurrentQueue<int>> Heard = new();
    public static readonly ConcurrentDictionary<string, int> Batches = new();

    public static int[] HeardBy(string key) => [.. Heard.GetOrAdd(key, static _ => new())];

    public async Task Subscribe(string streamNamespace, string key, bool batches)
    {
        if (batches)
            await Stream(streamNamespace, key).SubscribeAsync(OnBatch);
        else
            await Stream(streamNamespace, key).SubscribeAsync(OnNumber);
    }

    public async Task Resume(string streamNamespace, string key)
    {
        foreach (var handle in await Stream(streamNamespace, key).GetAllSubscriptionHandles())
            await handle.ResumeAsync(OnNumber);
    }

    public async Task Unsubscribe(string streamNamespace, string key)
    {
        foreach (var handle in await Stream(streamNamespace, key).GetAllSubscriptionHandles())
            await handle.UnsubscribeAsync();
    }

    public Task Publish(string streamNamespace, string key, int[] numbers) => Stream(streamNamespace, key).OnNextBatchAsync(numbers);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<int> Stream(string streamNamespace, string key) =>
        this.GetStreamProvider("streams").GetStream<int>(StreamId.Create(streamNamespace, key));

    private Task OnNumber(int number, StreamSequenceToken? token)
    {
        Heard.GetOrAdd(this.GetPrimaryKeyString(), static _ => new()).Enqueue(number);
        return Task.CompletedTask;
    }

    private async Task OnBatch(IList<SequentialItem<int>> items)
    {
        Batches.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, count) => count + 1);
        foreach (var each in items)
            await OnNumber(each.Item, each.Token);
    }
}

public interface IImplicitListener : IGrainWithStringKey;

[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitListenerGrain : Grain, IImplicitListener, IAsyncObserver<int>
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetStreamProvider("streams")
        .GetStream<int>(StreamId.Create("implicit", this.GetPrimaryKeyString())).SubscribeAsync(this);

    public Task OnNextAsync(int item, StreamSequenceToken? token = null)
    {
        ListenerGrain.Heard.GetOrAdd($"implicit {this.GetPrimaryKeyString()}", static _ => new()).Enqueue(item);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task OnCompletedAsync() => Task.CompletedTask;
}

public interface IToldListener : IGrainWithStringKey;

[ImplicitStreamSubscription("told")]
public sealed class ToldListenerGrain : Grain, IToldListener, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<int>().ResumeAsync((number, _) =>
    {
        ListenerGrain.Heard.GetOrAdd($"told {this.GetPrimaryKeyString()}", static _ => new()).Enqueue(number);
        return Task.CompletedTask;
    });
}

public sealed class StreamTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Fact]
    public async Task Events_arrive_in_order_when_a_grain_subscribed()
    {
        await Listener("ordered").Subscribe("explicit", "ordered", batches: false);
        for (var number = 0; number < 100; number++)
            await Listener("source").Publish("explicit", "ordered", [number]);
        await HeardAsync("ordered", Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task Events_of_a_batch_arrive_together_when_the_observer_takes_batches()
    {
        await Listener("batches").Subscribe("explicit", "batches", batches: true);
        await Listener("source").Publish("explicit", "batches", [.. Enumerable.Range(0, 50)]);
        await HeardAsync("batches", Enumerable.Range(0, 50));
        ListenerGrain.Batches["batches"].ShouldBeLessThan(50);
    }

    [Fact]
    public async Task The_grain_with_the_key_of_the_stream_hears_when_its_class_subscribes_the_namespace()
    {
        await usual.Cluster.Client.GetStreamProvider("streams").GetStream<int>("implicit", "k").OnNextAsync(1);
        await Listener("source").Publish("implicit", "k", [2, 3]);
        await Listener("source").Publish("implicit", "other", [4]);
        await HeardAsync("implicit k", [1, 2, 3]);
        await HeardAsync("implicit other", [4]);
    }

    [Fact]
    public async Task A_grain_is_told_of_its_implicit_subscription_when_it_wants_to_be()
    {
        await Listener("source").Publish("told", "k", [1]);
        await HeardAsync("told k", [1]);
    }

    [Fact]
    public async Task Events_arrive_again_when_a_new_activation_resumes()
    {
        await Listener("resuming").Subscribe("explicit", "resuming", batches: false);
        await Listener("source").Publish("explicit", "resuming", [1]);
        await HeardAsync("resuming", [1]);
        await Listener("resuming").Leave();
        await Listener("resuming").Resume("explicit", "resuming");
        await Listener("source").Publish("explicit", "resuming", [2]);
        await HeardAsync("resuming", [1, 2]);
    }

    [Fact]
    public async Task No_event_arrives_when_the_grain_unsubscribed()
    {
        await Listener("leaving").Subscribe("explicit", "leaving", batches: false);
        await Listener("source").Publish("explicit", "leaving", [1]);
        await HeardAsync("leaving", [1]);
        await Listener("leaving").Unsubscribe("explicit", "leaving");
        await Listener("staying").Subscribe("explicit", "leaving", batches: false);
        await Listener("source").Publish("explicit", "leaving", [2]);
        await HeardAsync("staying", [2]);
        ListenerGrain.HeardBy("leaving").ShouldBe([1]);
    }

    [Fact]
    public async Task A_client_hears_when_it_subscribed()
    {
        var heard = new ConcurrentQueue<int>();
        var stream = usual.Cluster.Client.GetStreamProvider("streams").GetStream<int>("explicit", "client");
        var handle = await stream.SubscribeAsync((number, _) =>
        {
            heard.Enqueue(number);
            return Task.CompletedTask;
        });
        await Listener("source").Publish("explicit", "client", [1, 2]);
        await Clusters.EventuallyAsync(() => heard.Count == 2, "two events");
        heard.ShouldBe([1, 2]);
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task A_subscriber_that_stalls_loses_what_is_too_old_and_hears_what_is_new()
    {
        var heard = new ConcurrentQueue<int>();
        var stalled = new TaskCompletionSource();
        var stream = usual.Cluster.Client.GetStreamProvider("brief").GetStream<int>("explicit", "stalled");
        var handle = await stream.SubscribeAsync(
            async (number, _) =>
            {
                heard.Enqueue(number);
                await stalled.Task;
            });
        await stream.OnNextAsync(0);
        await Clusters.EventuallyAsync(() => heard.Count == 1, "the first event");
        for (var number = 1; number <= 50; number++)
        {
            await stream.OnNextAsync(number);
            await Task.Delay(20);
        }

        stalled.SetResult();
        var last = 50;
        await Clusters.EventuallyAsync(
            async () =>
            {
                await stream.OnNextAsync(++last);
                return heard.Contains(last - 1);
            },
            "new events after the stall");
        heard.ShouldNotContain(1);
        heard.ShouldBeInOrder();
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Whoever_publishes_can_ask_whether_anybody_listens()
    {
        var provider = usual.Cluster.Client.GetStreamProvider("streams");
        provider.TryGetStreamSubscriptionManager(out var manager).ShouldBeTrue();
        var id = StreamId.Create("explicit", "asked");
        (await manager!.GetSubscriptions("streams", id)).ShouldBeEmpty();
        var handle = await provider.GetStream<int>(id).SubscribeAsync((_, _) => Task.CompletedTask);
        await Listener("asked").Subscribe("explicit", "asked", batches: false);
        (await manager.GetSubscriptions("streams", id)).Count().ShouldBe(2);
        await handle.UnsubscribeAsync();
        await Listener("asked").Unsubscribe("explicit", "asked");
        (await manager.GetSubscriptions("streams", id)).ShouldBeEmpty();
    }

    private static async Task HeardAsync(string key, IEnumerable<int> expected)
    {
        var numbers = expected.ToArray();
        await Clusters.EventuallyAsync(() => ListenerGrain.HeardBy(key).Length >= numbers.Length, $"{numbers.Length} events for {key}");
        ListenerGrain.HeardBy(key).ShouldBe(numbers);
    }

    private IListener Listener(string key) => usual.Grains.GetGrain<IListener>(key);
}
