using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Gateway.Tests.Metrics;
using Progeny.Gateway.Tests.Rollouts;
using Progeny.Gateway.Tests.Training;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>A whole node whose clock is set a year ahead and back, and a day back, while everything is under way.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly ShiftedTime clock = new();
    private readonly DateTimeOffset began = DateTimeOffset.UtcNow;
    private readonly Random random = new(1);
    private readonly List<string> asked = [];
    private WebhookReceiver receiver = null!;
    private Node node = null!;
    private int tried;
    private int trainings;
    private int known;

    public async Task InitializeAsync()
    {
        receiver = await WebhookReceiver.StartAsync();
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await receiver.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Clock_that_leaps_and_is_put_back_loses_delays_and_repeats_nothing()
    {
        await PublishAsync(ExperimentProject.Write(
            Path.Combine(folder, "trial"),
            "trial",
            "strategy: abtest, metric: hit, goal: maximize, share: 0.5, outcomes: 500",
            more: "alerts: [{name: bad, when: loss > 5, webhook: ops}]"));
        await PublishAsync(ExperimentProject.Write(Path.Combine(folder, "named"), "named", "strategy: explicit"));
        await PublishAsync(LoopProject.Write(Path.Combine(folder, "scheduled"), "scheduled", "retrain: {every: 1h}"));
        await PublishAsync(LoopProject.Write(
            Path.Combine(folder, "learns"),
            "learns",
            "retrain: {when: new_outcomes >= 5}",
            source: "{file: data/rows.csv, query: \"SELECT x, y, t FROM rows\", ordinal: t}"));
        foreach (var project in (string[])["trial", "trial", "named", "named"])
            ((string)(await node.TrainAsync(project))["status"]!).ShouldBe("succeeded");
        await PromoteAsync("1.0.0:1");
        await node.UntilAsync("/api/projects/trial/experiments/abtest-1", info => (string)info["status"]! == "running");
        receiver.Status = 503;
        await GoOnAsync("start", TimeSpan.Zero, expectedTrainings: 1);
        await receiver.UntilAsync("firing");

        await GoOnAsync("ahead", Year, expectedTrainings: 2);
        await PromoteAsync("1.0.0:2");
        ((string)(await node.TrainAsync("learns"))["status"]!).ShouldBe("succeeded");
        await RestartAsync();
        await GoOnAsync("restarted", Year, expectedTrainings: 2);
        await GoOnAsync("back", TimeSpan.Zero, expectedTrainings: 3);
        await node.PostAsync(
            "/api/projects/learns/outcomes",
            new { outcomes = Enumerable.Range(0, 5).Select(i => new { query_id = $"new {i}", outcome = 1 }) });
        await UntilAsync(
            "outcomes that are new to a generation from the future",
            "/api/projects/learns/generations",
            generations => generations.AsArray().Count == 2);
        await node.PostAsync("/api/projects/named/rollback", new { reason = "it was right before" });
        await UntilAnswersAsync("1.0.0:1");
        receiver.Status = 200;
        var refused = receiver.Attempts.Count;
        await GoOnAsync("a day back", -Day, expectedTrainings: 4);
        await PromoteAsync("1.0.0:2");

        await receiver.UntilAsync("firing", refused);
        receiver.Attempts.Skip(refused).Select(attempt => attempt.Id).ShouldBeUnique();
        await EndAsync();
    }

    private async Task StartAsync() => node = await Node.StartAsync(
        Path.Combine(folder, "data"),
        services => services.AddSingleton<TimeProvider>(clock),
        [
            "--Experiments:CheckSeconds", "0.2", "--Metrics:ScoreSeconds", "0.1", "--Metrics:PublishSeconds", "0.2", "--OfflineAgent:CheckSeconds", "0.2",
            "--Webhooks:AllowedNetworks", "127.0.0.0/8", "--Webhooks:ops:Url", receiver.Url.ToString(), "--Webhooks:ops:Secret", WebhookReceiver.Secret,
        ]);

    private async Task RestartAsync()
    {
        await node.DisposeAsync();
        await StartAsync();
    }

    private async Task PublishAsync(string project)
    {
        using var response = await node.PublishAsync(Path.GetFileName(project), project);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// Sets the clock while queries wait for their outcomes and outcomes for their queries, and holds what comes of it to what should.
    /// </summary>
    private async Task GoOnAsync(string phase, TimeSpan shift, int expectedTrainings)
    {
        string[] before = [.. Enumerable.Range(0, 5).Select(i => $"{phase} asked {i}")];
        string[] early = [.. Enumerable.Range(0, 5).Select(i => $"{phase} early {i}")];
        await AskAsync(before);
        await ReportAsync(early);
        var isPutBack = shift < clock.Shift;
        clock.Shift = shift;
        // Orleans activates no grain while its clock is behind where it was: a node is restarted once the clock was put back.
        if (isPutBack)
            await RestartAsync();
        KeepUp();
        await ReportAsync(before);
        await AskAsync(early);
        known += before.Length + early.Length;
        asked.AddRange([.. before, .. early]);

        // The experiment goes on, and counts each outcome.
        tried += (await ExperimentProject.ServeAsync(node.Http, "trial", 20, _ => 0, random)).Values.Sum();
        await UntilAsync(
            phase,
            "/api/projects/trial/experiments/abtest-1",
            info => (string)info["status"]! == "running" && info["arms"]!.AsArray().Sum(arm => (long)arm!["outcomes"]!) == tried);
        await UntilAsync(async () => (await PointsAsync(MetricsResolution.All[^1].Step)).Sum(point => point.Outcomes) == known);

        // What was missed is done once, and no more.
        await UntilAsync(phase, "/api/projects/scheduled/jobs", jobs => jobs.AsArray().Count(HasSucceeded) == expectedTrainings);
        // An event, after which the project is checked with every check for a minute.
        await node.PostAsync(
            "/api/projects/scheduled/outcomes", new { outcomes = new[] { new { query_id = $"{phase} event", outcome = 1 } } });
        for (var look = 0; look < 5; look++)
        {
            var at = (string)(await node.GetAsync("/api/projects/scheduled/offline"))["checked_at"]!;
            await node.UntilAsync("/api/projects/scheduled/offline", agent => (string)agent["checked_at"]! != at);
        }

        (await node.GetAsync("/api/projects/scheduled/jobs")).AsArray().Count.ShouldBe(trainings = expectedTrainings, phase);

        KeepUp();
        await RequireAllAsync(phase);
    }

    /// <summary>What the clock of the wall would have removed is there still.</summary>
    private async Task RequireAllAsync(string phase)
    {
        var log = node.Services.GetRequiredService<IQueryLog>();
        foreach (var id in asked)
        {
            var query = (await log.FindAsync("named", id, default)).ShouldNotBeNull($"{phase}: {id}");
            query.Outcomes.Count.ShouldBe(1, $"{phase}: {id}");
        }

        foreach (var resolution in MetricsResolution.All)
            await UntilAsync(
                async () =>
                    (await PointsAsync(resolution.Step)) is var points && points.Sum(point => point.Counts.Requests) == asked.Count
                        && points.Sum(point => point.Outcomes) == known);
    }

    private async Task EndAsync()
    {
        for (var served = 0; served < 2_000; served += 50)
        {
            await ExperimentProject.ServeAsync(node.Http, "trial", 50, version => version == "1.0.0:2" ? 0.95 : 0.3, random);
            if ((string)(await node.GetAsync("/api/projects/trial/experiments/abtest-1"))["status"]! == "ended")
                break;
        }

        var ended = await node.UntilAsync("/api/projects/trial/experiments/abtest-1", info => (string)info["status"]! == "ended");
        ((string)ended["verdict"]!).ShouldBe("won", (string)ended["message"]!);
        ((string)(await node.GetAsync("/api/projects/trial"))["champion"]!).ShouldBe("trial@1.0.0:2");
        (await node.GetAsync("/api/projects/scheduled/jobs")).AsArray().Count.ShouldBe(trainings);
    }

    private static bool HasSucceeded(JsonNode? job) => (string)job!["status"]! == "succeeded";

    private void KeepUp()
    {
        while (node.Services.GetRequiredService<IQueryLog>().Upkeep())
            continue;
    }

    private async Task AskAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            await node.PostAsync("/api/projects/named/predict", new { query_id = id, rows = new[] { new { x = 1 } } });
    }

    private Task ReportAsync(IEnumerable<string> ids) =>
        node.PostAsync("/api/projects/named/outcomes", new { outcomes = ids.Select(id => new { query_id = id, outcome = 1 }) });

    private async Task PromoteAsync(string version)
    {
        await node.PostAsync("/api/projects/named/promotions", new { version, reason = "it is time" });
        await UntilAnswersAsync(version);
    }

    private Task UntilAnswersAsync(string version) => UntilAsync(async () =>
    {
        var id = $"of {version} {asked.Count}";
        var answer = await node.PostAsync("/api/projects/named/predict", new { query_id = id, rows = new[] { new { x = 1 } } });
        asked.Add(id);
        await ReportAsync([id]);
        known++;
        return (string)answer["version"]! == version;
    });

    private Task<IReadOnlyList<MetricsPoint>> PointsAsync(TimeSpan step) => node.Services.GetRequiredService<IMetricsStore>()
        .ReadAsync(new MetricsQuery("named", began - Day - Day, began + Year + Day, step, ByGeneration: true), default);

    private static async Task UntilAsync(Func<Task<bool>> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await wanted())
            await Task.Delay(50, patience.Token);
    }

    /// <summary>Asks until the answer is as wanted; that it was not says what it was.</summary>
    private async Task UntilAsync(string what, string path, Func<JsonNode, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var answer = await node.GetAsync(path); !wanted(answer); answer = await node.GetAsync(path))
        {
            patience.IsCancellationRequested.ShouldBeFalse($"{what}: {answer.ToJsonString()}");
            await Task.Delay(50);
        }
    }
}
