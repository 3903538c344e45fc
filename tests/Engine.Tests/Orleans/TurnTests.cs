using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Progeny.Engine.Tests.Grains;

public interface ITurns : IGrainWithStringKey
{
    /// <summary>Waits for the gate, counting who is inside.</summary>
    Task<int> Wait();

    [ReadOnly]
    Task<int> WaitReading();

    [AlwaysInterleave]
    Task Open(int expected);

    Task<bool> MayPass(string name);

    /// <summary>Spins and yields; true when nobody else ran a turn between.</summary>
    Task<bool> RunAlone(int steps);

    Task<bool> ComesBack();
}

public interface IReentrantTurns : ITurns;

public interface IPredicateTurns : ITurns;

public abstract class TurnsBase : Grain, ITurns
{
    private readonly TaskCompletionSource gate = new();
    private int inside;
    private int most;
    private int running;

    public Task<int> Wait() => WaitForGateAsync();

    public Task<int> WaitReading() => WaitForGateAsync();

    public async Task Open(int expected)
    {
        await Clusters.EventuallyAsync(() => inside == expected, $"{expected} inside");
        gate.TrySetResult();
    }

    public Task<bool> MayPass(string name) => Task.FromResult(inside > 0);

    public async Task<bool> RunAlone(int steps)
    {
        var alone = true;
        for (var step = 0; step < steps; step++)
        {
            alone &= Interlocked.Increment(ref running) == 1;
            Thread.SpinWait(20);
            Interlocked.Decrement(ref running);
            await Task.Yield();
        }

        return alone;
    }

    public async Task<bool> ComesBack()
    {
        var scheduler = TaskScheduler.Current;
        await Task.Yield();
        var same = TaskScheduler.Current == scheduler;
        await Task.Run(() => { });
        return same && TaskScheduler.Current == scheduler && scheduler != TaskScheduler.Default;
    }

    private async Task<int> WaitForGateAsync()
    {
        most = Math.Max(most, ++inside);
        await gate.Task;
        inside--;
        return most;
    }
}

public sealed class TurnsGrain : TurnsBase;

[Reentrant]
public sealed class ReentrantTurnsGrain : TurnsBase, IReentrantTurns;

[MayInterleave(nameof(MayInterleave))]
public sealed class PredicateTurnsGrain : TurnsBase, IPredicateTurns
{
    public static bool MayInterleave(IInvokable request) => request.GetMethodName() == nameof(MayPass) && (string)request.GetArgument(0)! == "let me";
}

public sealed class TurnTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    private T New<T>()
        where T : ITurns => usual.Grains.GetGrain<T>(Guid.NewGuid().ToString("N"), typeof(T) == typeof(ITurns) ? typeof(TurnsGrain).FullName : null);

    [Fact]
    public async Task Requests_wait_for_each_other_when_the_grain_is_not_reentrant()
    {
        var grain = New<ITurns>();
        var calls = Enumerable.Range(0, 4).Select(_ => grain.Wait()).ToArray();
        await grain.Open(1);
        (await Task.WhenAll(calls)).ShouldAllBe(most => most == 1);
    }

    [Fact]
    public async Task Requests_interleave_at_awaits_when_the_grain_is_reentrant()
    {
        var grain = New<IReentrantTurns>();
        var calls = Enumerable.Range(0, 4).Select(_ => grain.Wait()).ToArray();
        await grain.Open(4);
        (await Task.WhenAll(calls)).Max().ShouldBe(4);
    }

    [Fact]
    public async Task Turns_never_overlap_when_requests_interleave()
    {
        var grain = New<IReentrantTurns>();
        (await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => grain.RunAlone(500)))).ShouldAllBe(alone => alone);
    }

    [Fact]
    public async Task Reading_requests_interleave_when_only_readers_run()
    {
        var grain = New<ITurns>();
        var readers = Enumerable.Range(0, 3).Select(_ => grain.WaitReading()).ToArray();
        var writer = grain.Wait();
        await grain.Open(3);
        (await Task.WhenAll(readers)).Max().ShouldBe(3);
        (await writer).ShouldBe(3);
    }

    [Fact]
    public async Task A_request_interleaves_when_the_predicate_lets_it()
    {
        var grain = New<IPredicateTurns>();
        var waiting = grain.Wait();
        await Clusters.EventuallyAsync(() => grain.MayPass("let me"), "the call to be inside");
        var blocked = grain.MayPass("not me");
        blocked.IsCompleted.ShouldBeFalse();
        await grain.Open(1);
        await waiting;
        (await blocked).ShouldBeFalse();
    }

    [Fact]
    public async Task An_await_comes_back_to_the_scheduler_of_the_activation() => (await New<ITurns>().ComesBack()).ShouldBeTrue();
}
