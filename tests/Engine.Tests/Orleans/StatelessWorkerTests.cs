using System.Collections.Concurrent;
using Orleans.Concurrency;

namespace Progeny.Engine.Tests.Grains;

public interface IWorker : IGrainWithStringKey
{
    Task<int> Work();

    Task<int> Finish(int expected);
}

[StatelessWorker(3)]
public sealed class WorkerGrain : Grain, IWorker
{
    private static readonly ConcurrentDictionary<string, Hall> Halls = new();

    private Hall Own => Halls.GetOrAdd(this.GetPrimaryKeyString(), static _ => new Hall());

    public async Task<int> Work()
    {
        Interlocked.Increment(ref Own.Inside);
        await Own.Gate.Task;
        return Interlocked.Decrement(ref Own.Inside);
    }

    public static int Inside(string key) => Halls.TryGetValue(key, out var hall) ? Volatile.Read(ref hall.Inside) : 0;

    public static void Open(string key) => Halls[key].Gate.SetResult();

    public Task<int> Finish(int expected) => Task.FromResult(expected);

    private sealed class Hall
    {
        public readonly TaskCompletionSource Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Inside;
    }
}

public sealed class StatelessWorkerTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Fact]
    public async Task As_many_workers_run_at_once_as_allowed_when_there_is_more_to_do()
    {
        var key = Guid.NewGuid().ToString();
        var calls = Enumerable.Range(0, 12).Select(_ => usual.Grains.GetGrain<IWorker>(key).Work()).ToArray();
        await Clusters.EventuallyAsync(() => WorkerGrain.Inside(key) == 3, "three workers");
        WorkerGrain.Inside(key).ShouldBe(3);
        WorkerGrain.Open(key);
        await Task.WhenAll(calls);
    }
}
