using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

public interface ICalled : IGrainWithStringKey
{
    Task<string?> Context(string key, bool deeper);

    Task SetContext(string key, string value);

    Task Hang();

    [ResponseTimeout("00:00:01")]
    Task HangBriefly();

    [AlwaysInterleave]
    Task Release();

    Task<string> WaitForCancellation(CancellationToken cancellationToken);

    Task<bool> WasCancelled();

    ValueTask<int> Sum(int a, int b, int c, int d, int e, int f, int g, int h, int i);

    ValueTask Nothing();

    [OneWay]
    Task Forget(string what);

    [AlwaysInterleave]
    Task<string?> Forgotten();

    Task<string> Filtered(string text);
}

public sealed class CalledGrain : Grain, ICalled
{
    private readonly TaskCompletionSource never = new();
    private string? forgotten;
    private static int cancelled;

    public async Task<string?> Context(string key, bool deeper)
    {
        await Task.Yield();
        return deeper
            ? await GrainFactory.GetGrain<ICalled>(this.GetPrimaryKeyString() + "+").Context(key, false)
            : RequestContext.Get(key) as string;
    }

    public Task SetContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task Hang() => never.Task;

    public Task HangBriefly() => never.Task;

    public Task Release()
    {
        never.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task<string> WaitForCancellation(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
                Interlocked.Increment(ref cancelled);
        }

        return "never";
    }

    public Task<bool> WasCancelled() => Task.FromResult(Volatile.Read(ref cancelled) > 0);

    public ValueTask<int> Sum(int a, int b, int c, int d, int e, int f, int g, int h, int i) => new(a + b + c + d + e + f + g + h + i);

    public ValueTask Nothing() => default;

    public async Task Forget(string what)
    {
        await Task.Yield();
        forgotten = what;
        throw new InvalidOperationException("nobody hears this");
    }

    public Task<string?> Forgotten() => Task.FromResult(forgotten);

    public Task<string> Filtered(string text) => Task.FromResult(text + "|grain");
}

public sealed class CallTests : IAsyncLifetime
{
    private TestCluster cluster = null!;

    public async Task InitializeAsync() => cluster = await Clusters.StartAsync(builder =>
    {
        builder.AddSiloBuilderConfigurator<FilteringSilo>();
        builder.AddClientBuilderConfigurator<ImpatientClient>();
    });

    public Task DisposeAsync() => cluster.DisposeAsync().AsTask();

    [Fact]
    public async Task The_request_context_flows_along_the_calls_and_never_back()
    {
        RequestContext.Set("who", "me");
        (await Grain().Context("who", false)).ShouldBe("me");
        (await Grain().Context("who", true)).ShouldBe("me");
        var grain = Grain();
        await grain.SetContext("back", "x");
        RequestContext.Get("back").ShouldBeNull();
        (await grain.Context("back", false)).ShouldBeNull();
        RequestContext.Clear();
        (await grain.Context("who", false)).ShouldBeNull();
    }

    [Fact]
    public async Task A_caller_gets_a_timeout_when_the_answer_does_not_come()
    {
        var grain = Grain();
        await Should.ThrowAsync<TimeoutException>(grain.Hang);
        await grain.Release();
    }

    [Fact]
    public async Task Caller_and_grain_see_the_cancellation_when_the_caller_cancels()
    {
        using var source = new CancellationTokenSource();
        var grain = Grain();
        var call = grain.WaitForCancellation(source.Token);
        await Task.WhenAny(call, grain.Nothing().AsTask(), Task.Delay(20));
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        await Clusters.EventuallyAsync(() => Grain().WasCancelled(), "the grain's cancellation");
    }

    [Fact]
    public async Task A_call_is_cancelled_when_its_token_was_before() =>
        await Should.ThrowAsync<OperationCanceledException>(() => Grain().WaitForCancellation(new CancellationToken(true)));

    [Fact]
    public async Task All_arguments_arrive_when_there_are_many() => (await Grain().Sum(1, 2, 3, 4, 5, 6, 7, 8, 9)).ShouldBe(45);

    [Fact]
    public async Task A_value_task_without_result_ends_when_the_method_ends() => await Grain().Nothing();

    [Fact]
    public async Task Nobody_waits_when_a_call_is_one_way()
    {
        var grain = Grain();
        await grain.Forget("something");
        await Clusters.EventuallyAsync(async () => await grain.Forgotten() == "something", "the one-way call");
    }

    [Fact]
    public async Task Filters_surround_a_call_when_they_are_registered() =>
        (await Grain().Filtered("text")).ShouldBe("text>in|grain<in<out");

    [Fact]
    public void A_clear_error_comes_when_no_grain_implements_the_interface() =>
        Should.Throw<ArgumentException>(() => cluster.GrainFactory.GetGrain<INobody>("x")).Message.ShouldContain(nameof(INobody));

    private ICalled Grain() => cluster.GrainFactory.GetGrain<ICalled>(Guid.NewGuid().ToString());
}

public sealed class ResponseTimeoutTests(UsualCluster usual) : IClassFixture<UsualCluster>
{
    [Fact]
    public async Task A_method_has_its_own_timeout_when_it_says_so()
    {
        var grain = usual.Grains.GetGrain<ICalled>("brief");
        var started = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<TimeoutException>(grain.HangBriefly);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        await grain.Release();
    }
}

public interface INobody : IGrainWithStringKey
{
    Task Call();
}

public sealed class FilteringSilo : ISiloConfigurator
{
    public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddIncomingGrainCallFilter(async context =>
    {
        if (context.InterfaceMethod.Name == nameof(ICalled.Filtered))
            context.Request.SetArgument(0, context.Request.GetArgument(0) + ">in");
        await context.Invoke();
        if (context.InterfaceMethod.Name == nameof(ICalled.Filtered))
            context.Result = context.Result + "<in";
    });
}

public sealed class ImpatientClient : IClientBuilderConfigurator
{
    public void Configure(IConfiguration configuration, IClientBuilder clientBuilder)
    {
        clientBuilder.Services.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(2));
        clientBuilder.AddOutgoingGrainCallFilter(async context =>
        {
            await context.Invoke();
            if (context.InterfaceMethod.Name == nameof(ICalled.Filtered))
                context.Result = context.Result + "<out";
        });
    }
}
