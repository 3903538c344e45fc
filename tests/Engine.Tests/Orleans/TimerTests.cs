namespace Progeny.Engine.Tests.Grains;

public interface ITicking : IGrainWithStringKey
{
    Task Start(bool interleave, TimeSpan period);

    Task<int> TicksWhileBusy(TimeSpan busy);

    Task<int> Ticks();

    Task Stop();

    Task<bool> RunsInTurns();
}

public sealed class TickingGrain : Grain, ITicking
{
    private IGrainTimer? timer;
    private int ticks;
    private bool onOwnScheduler = true;

    public Task Start(bool interleave, TimeSpan period)
    {
        var scheduler = TaskScheduler.Current;
        timer = this.RegisterGrainTimer(
            (state, token) =>
            {
                onOwnScheduler &= TaskScheduler.Current == scheduler && state == "state" && !token.IsCancellationRequested;
                ticks++;
                return Task.CompletedTask;
            },
            "state",
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(1), period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public async Task<int> TicksWhileBusy(TimeSpan busy)
    {
        var before = ticks;
        await Task.Delay(busy);
        return ticks - before;
    }

    public Task<int> Ticks() => Task.FromResult(ticks);

    public Task Stop()
    {
        timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task<bool> RunsInTurns() => Task.FromResult(onOwnScheduler);
}

public sealed class TimerTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_timer_ticks_in_turns_of_its_grain_until_it_is_disposed()
    {
        var grain = usual.Grains.GetGrain<ITicking>("ticks");
        await grain.Start(false, Short);
        await Clusters.EventuallyAsync(async () => await grain.Ticks() >= 5, "five ticks");
        (await grain.RunsInTurns()).ShouldBeTrue();
        await grain.Stop();

        // A tick that was due before may still be in the queue.
        await grain.TicksWhileBusy(TimeSpan.FromMilliseconds(20));
        var then = await grain.Ticks();
        (await grain.TicksWhileBusy(TimeSpan.FromMilliseconds(50))).ShouldBe(0);
        (await grain.Ticks()).ShouldBe(then);
    }

    [Fact]
    public async Task Ticks_wait_for_a_request_when_they_do_not_interleave()
    {
        var grain = usual.Grains.GetGrain<ITicking>("waiting");
        await grain.Start(false, Short);
        (await grain.TicksWhileBusy(TimeSpan.FromMilliseconds(100))).ShouldBe(0);
    }

    [Fact]
    public async Task Ticks_come_during_a_request_when_they_interleave()
    {
        var grain = usual.Grains.GetGrain<ITicking>("interleaving");
        await grain.Start(true, Short);
        (await grain.TicksWhileBusy(TimeSpan.FromMilliseconds(200))).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_timer_ticks_once_when_it_has_no_period()
    {
        var grain = usual.Grains.GetGrain<ITicking>("once");
        await grain.Start(false, Timeout.InfiniteTimeSpan);
        await Clusters.EventuallyAsync(async () => await grain.Ticks() == 1, "one tick");
        await grain.TicksWhileBusy(TimeSpan.FromMilliseconds(50));
        (await grain.Ticks()).ShouldBe(1);
    }
}
