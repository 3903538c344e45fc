using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

public interface IChain : IGrainWithStringKey
{
    /// <summary>Calls another one, which calls back here.</summary>
    Task<string> Ask(IChain other, string how);

    Task<string> AskBack(IChain first, bool suppress);

    Task<string> Answer();
}

public sealed class ChainGrain : Grain, IChain
{
    public async Task<string> Ask(IChain other, string how)
    {
        var me = this.AsReference<IChain>();
        if (how == "deny")
            return await other.AskBack(me, false);
        using (RequestContext.AllowCallChainReentrancy())
            return await other.AskBack(me, how == "suppress");
    }

    public async Task<string> AskBack(IChain first, bool suppress)
    {
        if (!suppress)
            return await first.Answer();
        using (RequestContext.SuppressCallChainReentrancy())
            return await first.Answer();
    }

    public Task<string> Answer() => Task.FromResult(this.GetPrimaryKeyString());
}

public sealed class CallChainTests : IAsyncLifetime
{
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await Clusters.StartAsync<ImpatientSilo>();

    public Task DisposeAsync() => cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task A_call_comes_back_into_its_chain_when_the_first_grain_allows_it() =>
        (await Grain("a").Ask(Grain("b"), "allow")).ShouldBe("a");

    [Fact]
    public Task A_call_that_comes_back_times_out_when_nobody_allowed_it() =>
        Should.ThrowAsync<TimeoutException>(() => Grain("c").Ask(Grain("d"), "deny"));

    [Fact]
    public Task A_call_that_comes_back_times_out_when_the_chain_was_cut() =>
        Should.ThrowAsync<TimeoutException>(() => Grain("e").Ask(Grain("f"), "suppress"));

    private IChain Grain(string key) => cluster.GrainFactory.GetGrain<IChain>(key);
}

/// <summary>A silo whose grains wait a second for each other.</summary>
public sealed class ImpatientSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.Configure<SiloMessagingOptions>(
        options => options.ResponseTimeout = TimeSpan.FromSeconds(1));
}
