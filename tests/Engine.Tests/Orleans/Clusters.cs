using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

/// <summary>Test clusters of one silo.</summary>
internal static class Clusters
{
    /// <summary>Starts a cluster of which <typeparamref name="TSilo"/> configures the silo.</summary>
    public static Task<TestCluster> StartAsync<TSilo>()
        where TSilo : ISiloConfigurator, new() => StartAsync(builder => builder.AddSiloBuilderConfigurator<TSilo>());

    public static async Task<TestCluster> StartAsync(Action<TestClusterBuilder> configure)
    {
        var builder = new TestClusterBuilder(1);
        configure(builder);
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    /// <summary>Waits until something holds; fails after ten seconds.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(10);
        while (!await condition())
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue($"waited ten seconds for: {what}");
            await Task.Delay(5);
        }
    }

    public static Task EventuallyAsync(Func<bool> condition, string what) => EventuallyAsync(() => Task.FromResult(condition()), what);
}

/// <summary>What most tests need: storage in memory, reminders, streams, short time-outs.</summary>
public sealed class UsualSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder)
    {
        siloBuilder
            .AddMemoryGrainStorageAsDefault()
            .AddMemoryGrainStorage("PubSubStore")
            .AddMemoryStreams("streams")
            .AddMemoryStreams("brief")
            .UseInMemoryReminderService();
        siloBuilder.Services.Configure<StreamCacheEvictionOptions>(
            "brief", eviction => eviction.DataMinTimeInCache = eviction.DataMaxAgeInCache = TimeSpan.FromMilliseconds(100));
    }
}

/// <summary>One cluster for the tests of a class.</summary>
public sealed class UsualCluster : IAsyncLifetime
{
    public TestCluster Cluster { get; private set; } = null!;

    public IGrainFactory Grains => Cluster.GrainFactory;

    public async Task InitializeAsync() => Cluster = await Clusters.StartAsync(builder =>
    {
        builder.AddSiloBuilderConfigurator<UsualSilo>();
        builder.AddClientBuilderConfigurator<UsualClient>();
    });

    public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
}

public sealed class UsualClient : IClientBuilderConfigurator
{
    public void Configure(Microsoft.Extensions.Configuration.IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.AddMemoryStreams("streams").AddMemoryStreams("brief");
}
