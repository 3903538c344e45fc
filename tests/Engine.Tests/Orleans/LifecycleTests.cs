using System.Collections.Concurrent;
using Orleans.Placement;

namespace Progeny.Engine.Tests.Grains;

public interface ILiving : IGrainWithStringKey
{
    Task<int> Activations();

    Task Leave();

    Task Fail();
}

[PreferLocalPlacement]
public sealed class LivingGrain : Grain, ILiving
{
    public static readonly ConcurrentQueue<string> Journal = new();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        Journal.Enqueue($"{this.GetPrimaryKeyString()}: up");
        if (this.GetPrimaryKeyString().StartsWith("broken", StringComparison.Ordinal))
            throw new InvalidDataException("cannot come up");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Journal.Enqueue($"{this.GetPrimaryKeyString()}: down {reason.ReasonCode}");
    }

    public Task<int> Activations() => Task.FromResult(Journal.Count(each => each == $"{this.GetPrimaryKeyString()}: up"));

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task Fail()
    {
        await Task.Yield();
        throw new InvalidDataException("no such thing");
    }
}

public sealed class LifecycleTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Fact]
    public async Task One_activation_answers_when_many_call_at_once()
    {
        var key = Guid.NewGuid().ToString();
        var counts = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => usual.Grains.GetGrain<ILiving>(key).Activations())));
        counts.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task A_grain_is_activated_again_when_it_was_deactivated()
    {
        var grain = usual.Grains.GetGrain<ILiving>("again");
        (await grain.Activations()).ShouldBe(1);
        await grain.Leave();
        await Clusters.EventuallyAsync(() => LivingGrain.Journal.Contains("again: down ApplicationRequested"), "deactivation");
        (await grain.Activations()).ShouldBe(2);
    }

    [Fact]
    public async Task No_call_is_lost_when_the_grain_deactivates_all_the_time()
    {
        var grain = usual.Grains.GetGrain<ILiving>("restless");
        for (var round = 0; round < 50; round++)
            await Task.WhenAll(grain.Leave(), grain.Activations(), grain.Leave(), grain.Activations());
    }

    [Fact]
    public async Task The_error_of_the_activation_reaches_the_caller_when_it_fails()
    {
        var grain = usual.Grains.GetGrain<ILiving>("broken");
        (await Should.ThrowAsync<InvalidDataException>(grain.Activations)).Message.ShouldBe("cannot come up");
        await Should.ThrowAsync<InvalidDataException>(grain.Activations);
    }

    [Fact]
    public async Task The_error_of_a_method_reaches_the_caller_when_it_fails()
    {
        var error = await Should.ThrowAsync<InvalidDataException>(usual.Grains.GetGrain<ILiving>("failing").Fail);
        error.Message.ShouldBe("no such thing");
        error.StackTrace!.ShouldContain(nameof(LivingGrain));
    }

    [Fact]
    public async Task All_grains_are_deactivated_when_the_silo_stops()
    {
        await using var cluster = await Clusters.StartAsync<UsualSilo>();
        var keys = Enumerable.Range(0, 20).Select(each => $"stopping-{each}").ToArray();
        foreach (var key in keys)
            await cluster.GrainFactory.GetGrain<ILiving>(key).Activations();
        await cluster.StopAllSilosAsync();
        keys.ShouldAllBe(key => LivingGrain.Journal.Contains($"{key}: down ShuttingDown"));
    }
}
