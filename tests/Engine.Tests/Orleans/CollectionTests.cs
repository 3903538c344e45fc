using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

public interface IIdle : IGrainWithStringKey
{
    Task Touch();

    Task Stay(TimeSpan time);
}

public abstract class IdleBase : Grain, IIdle
{
    public static readonly ConcurrentDictionary<string, DeactivationReasonCode> Gone = new();

    public Task Touch() => Task.CompletedTask;

    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Gone[this.GetPrimaryKeyString()] = reason.ReasonCode;
        return Task.CompletedTask;
    }
}

public sealed class IdleGrain : IdleBase;

public interface IBriefIdle : IIdle;

public sealed class BriefIdleGrain : IdleBase, IBriefIdle;

public sealed class CollectionTests : IAsyncLifetime
{
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await Clusters.StartAsync<CollectingSilo>();

    public Task DisposeAsync() => cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_grain_is_collected_when_nobody_used_it_for_its_age_limit()
    {
        await cluster.GrainFactory.GetGrain<IBriefIdle>("brief").Touch();
        await Idle("long").Touch();
        await Clusters.EventuallyAsync(() => IdleBase.Gone.ContainsKey("brief"), "collection");
        IdleBase.Gone["brief"].ShouldBe(DeactivationReasonCode.ActivationIdle);
        IdleBase.Gone.ShouldNotContainKey("long");
    }

    [Fact]
    public async Task Idle_grains_are_collected_when_the_management_grain_says_so_but_for_those_that_asked_to_stay()
    {
        await Idle("going").Touch();
        await Idle("staying").Stay(TimeSpan.FromMinutes(5));
        await Clusters.EventuallyAsync(
            async () =>
            {
                await cluster.GrainFactory.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.FromMilliseconds(1));
                return IdleBase.Gone.ContainsKey("going");
            },
            "forced collection");
        IdleBase.Gone.ShouldNotContainKey("staying");
    }

    [Fact]
    public async Task A_silo_does_not_start_when_an_age_limit_is_shorter_than_the_period_of_collection() =>
        (await Should.ThrowAsync<OrleansConfigurationException>(() => Clusters.StartAsync<HastySilo>())).Message.ShouldContain("CollectionQuantum");

    private IIdle Idle(string key) => cluster.GrainFactory.GetGrain<IIdle>(key, typeof(IdleGrain).FullName);
}

public sealed class CollectingSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.Configure<GrainCollectionOptions>(options =>
    {
        options.CollectionQuantum = TimeSpan.FromMilliseconds(500);
        options.CollectionAge = TimeSpan.FromMinutes(10);
        options.ClassSpecificCollectionAge[typeof(BriefIdleGrain).FullName!] = TimeSpan.FromSeconds(1);
    });
}

public sealed class HastySilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.Configure<GrainCollectionOptions>(
        options => options.CollectionAge = TimeSpan.FromSeconds(30));
}
