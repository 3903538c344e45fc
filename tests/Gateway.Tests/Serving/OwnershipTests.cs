using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Serving.Inference;
using Progeny.Gateway.Tests.Releases;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>
/// Activations of grains own online agents and loaded models: one each while it serves, none when nobody asks, and no query fails as they
/// come and go.
/// </summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    private const string Project = "owned";
    private const string Generation = "owned@1.0.0:1";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;
    private IOnlineAgents agents = null!;
    private IGrainFactory grains = null!;

    public async Task InitializeAsync()
    {
        await StartAsync();
        (await node.PublishAsync(Project, EchoProject.WriteFinished(Path.Combine(folder, Project), Project))).EnsureSuccessStatusCode();
        ((string?)(await node.TrainAsync(Project))["status"]).ShouldBe("succeeded");
        await node.PostAsync($"/api/projects/{Project}/promotions", new { version = "1.0.0:1" });
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Ten_thousand_queries_at_first_use_start_one_agent_and_load_one_model()
    {
        await RestartAsync("--Serving:MaxQueue", "20000");
        await DeactivateAsync(); // that of the start
        var answers = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => Task.Run(AskAsync)));

        answers.ShouldAllBe(error => error == null);
        (await CountAsync("OnlineAgentGrain")).ShouldBe(1);
        (await CountAsync("ModelGrain")).ShouldBe(1);
        node.Services.GetRequiredService<ModelCache>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Agent_that_nobody_asks_is_released_and_comes_back_with_the_next_query()
    {
        await RestartAsync("--Serving:AgentIdleTime", "00:00:00.5");
        (await AskAsync()).ShouldBeNull();
        await UntilAsync("OnlineAgentGrain", 0);

        var models = node.Services.GetRequiredService<ModelCache>();
        models.Count.ShouldBe(1);
        models.Unload(TimeSpan.Zero); // its plan holds it no more
        await UntilAsync("ModelGrain", 0);
        models.Count.ShouldBe(0);

        (await AskAsync()).ShouldBeNull();
        (await CountAsync("OnlineAgentGrain")).ShouldBe(1);
    }

    [Fact]
    public async Task Idle_grains_are_collected_and_those_that_serve_stay()
    {
        (await AskAsync()).ShouldBeNull();
        await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

        (await CountAsync("OnlineAgentGrain")).ShouldBe(1);
        (await CountAsync("ModelGrain")).ShouldBe(1);
    }

    [Fact]
    public async Task No_query_fails_while_the_owners_are_deactivated_again_and_again()
    {
        using var done = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var asked = 0;
            for (; !done.IsCancellationRequested; asked++)
                (await (i % 2 == 0 ? AskAsync() : AskGrainAsync())).ShouldBeNull();
            return asked;
        })).ToArray();
        for (var i = 0; i < 30; i++)
        {
            await DeactivateAsync();
            await grains.GetGrain<IModelGrain>(Generation).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
            (await AskAsync()).ShouldBeNull();
        }

        await done.CancelAsync();
        (await Task.WhenAll(asking).WaitAsync(Limit)).ShouldAllBe(count => count > 0);
        await DeactivateAsync();
        await UntilAsync("OnlineAgentGrain", 0);
        await grains.GetGrain<IModelGrain>(Generation).AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await UntilAsync("ModelGrain", 0);
        node.Services.GetRequiredService<ModelCache>().Count.ShouldBe(0);
        node.Services.GetRequiredService<ModelCache>().Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task Names_that_nobody_has_are_unknown_and_leave_no_agent()
    {
        var unknown = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var answer = await agents.PredictAsync($"nobody-{i}", Query, CancellationToken.None);
            return answer.Error?.Kind;
        }));

        unknown.ShouldAllBe(kind => kind == ServingErrorKind.NotFound);
        (await AskAsync()).ShouldBeNull();
        await UntilAsync("OnlineAgentGrain", 1);
    }

    [Fact]
    public async Task Decommissioned_project_is_gone_at_both_doors()
    {
        (await AskAsync()).ShouldBeNull();
        await node.PostAsync($"/api/projects/{Project}/decommission", new { reason = "ended" });
        using var patience = new CancellationTokenSource(Limit);
        while (await AskAsync() is not { Kind: ServingErrorKind.Gone })
            await Task.Delay(20, patience.Token);

        (await AskGrainAsync())!.Kind.ShouldBe(ServingErrorKind.Gone);
        (await AskGrainAsync())!.Message.ShouldBe((await AskAsync())!.Message);
    }

    [Fact]
    public async Task Queries_under_way_are_answered_when_the_node_stops()
    {
        var answered = 0;
        var asking = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var content = new StringContent("""{"rows": [{"x": 1.5}]}""", Encoding.UTF8, "application/json");
                    using var answer = await node.Http.PostAsync($"/api/projects/{Project}/predict", content);
                    answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // Nobody listens any more.
            }
        });
        using var patience = new CancellationTokenSource(Limit);
        while (Volatile.Read(ref answered) == 0)
            await Task.Delay(20, patience.Token);
        await RestartAsync();

        await asking.WaitAsync(Limit);
    }

    private static PredictQuery Query => new() { Body = """{"rows": [{"x": 1.5}]}"""u8.ToArray() };

    private async Task StartAsync(params string[] settings)
    {
        node = await Node.StartAsync(Path.Combine(folder, "data"), settings);
        agents = node.Services.GetRequiredService<IOnlineAgents>();
        grains = node.Services.GetRequiredService<IGrainFactory>();
    }

    private async Task RestartAsync(params string[] settings)
    {
        await node.DisposeAsync();
        await StartAsync(settings);
    }

    private async Task<ServingError?> AskAsync()
    {
        using var answer = await agents.PredictAsync(Project, Query, CancellationToken.None);
        if (answer.Error is null)
            Encoding.UTF8.GetString(answer.Body.Span).ShouldContain("1.5");
        return answer.Error;
    }

    private async Task<ServingError?> AskGrainAsync()
    {
        using var answer = await new GrainOnlineAgents(grains).PredictAsync(Project, Query, CancellationToken.None);
        if (answer.Error is null)
            Encoding.UTF8.GetString(answer.Body.Span).ShouldContain("1.5");
        return answer.Error;
    }

    private async Task DeactivateAsync() =>
        await grains.GetGrain<IOnlineAgentGrain>(Project).AsReference<IGrainManagementExtension>().DeactivateOnIdle();

    private async Task<int> CountAsync(string grain) => (await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics())
        .Where(statistic => statistic.GrainType.Contains($".{grain},", StringComparison.Ordinal))
        .Sum(statistic => statistic.ActivationCount);

    private async Task UntilAsync(string grain, int count)
    {
        using var patience = new CancellationTokenSource(Limit);
        while (await CountAsync(grain) != count)
            await Task.Delay(20, patience.Token);
    }
}
