using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Decisions;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Training;

/// <summary>The offline agent closes the loop by itself: nobody asks for a job here.</summary>
public sealed class OfflineAgentTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    private string Landed => Path.Combine(folder, "landed.db");

    public async Task InitializeAsync() => node = await Node.StartAsync(
        Path.Combine(
            folder,
            "data"), "--OfflineAgent:CheckSeconds", "0.05", "--OfflineAgent:BackOffSeconds", "0.3", "--OfflineAgent:LongestBackOffSeconds", "3600", "--OfflineAgent:MeasureSeconds", "0.1", "--OfflineAgent:SettleSeconds", "0.1",
        "--Feeds:landed:Kind", "sqlite", "--Feeds:landed:ConnectionString", $"Data Source={Landed};Pooling=False");

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Enough_new_outcomes_make_a_generation_of_file_and_queries_once()
    {
        await PublishAsync("loop", "retrain: {when: new_outcomes >= 5}");
        await ServeFirstAsync("loop");
        await AskAsync("loop", 0, 5);
        await ReportAsync("loop", 0, 4);
        var waits = await node.UntilAsync(
            "/api/projects/loop/offline",
            agent => ((string)agent["training"]!["waits_for"]!).Contains("new_outcomes 4", StringComparison.Ordinal));
        ((bool)waits["training"]!["wanted"]!).ShouldBeTrue();
        (await GenerationsAsync("loop")).Count.ShouldBe(1);

        await ReportAsync("loop", 4, 1);
        await node.UntilAsync("/api/projects/loop/generations", generations => generations.AsArray().Count == 2);
        var lineage = (await GenerationsAsync("loop"))[1]!["lineage"]!;
        ((int)lineage["query_rows"]!).ShouldBe(5);
        ((string)lineage["last_ordinal"]!).ShouldBe("19");
        var agent = await node.UntilAsync(
            "/api/projects/loop/offline",
            agent => ((string)agent["training"]!["waits_for"]!).Contains("new_outcomes 0", StringComparison.Ordinal));
        ((string)agent["training"]!["status"]!).ShouldBe("succeeded");
        (await GenerationsAsync("loop")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Outcomes_without_a_query_start_no_training_until_the_queries_come()
    {
        await PublishAsync("strange", "retrain: {when: new_outcomes >= 3}");
        await ServeFirstAsync("strange");
        await ReportAsync("strange", 0, 50);
        var reported = DateTimeOffset.UtcNow;
        await node.UntilAsync("/api/projects/strange/offline", agent => (DateTimeOffset)agent["checked_at"]! > reported.AddSeconds(0.5));
        (await node.GetAsync("/api/projects/strange/jobs")).AsArray().Count.ShouldBe(1);

        await AskAsync("strange", 0, 3);
        await node.UntilAsync("/api/projects/strange/generations", generations => generations.AsArray().Count == 2);
        ((int)(await GenerationsAsync("strange"))[1]!["lineage"]!["query_rows"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Outcomes_are_pulled_from_a_feed_that_may_be_away_for_a_while()
    {
        await PublishAsync(
            "pulls",
            "outcomes: {feed: landed, query: \"SELECT query_id, outcome, n FROM landed\", watermark: n, every: 1s}\nretrain: {when: "
                + "new_outcomes >= 3}");
        await ServeFirstAsync("pulls");
        await AskAsync("pulls", 0, 5);
        var away = await node.UntilAsync("/api/projects/pulls/offline", agent => (int?)agent["outcomes"]?["failures"] >= 1);
        ((string)away["outcomes"]!["error"]!).ShouldContain("landed");
        away["outcomes"]!["next"].ShouldNotBeNull();

        await using (var feed = new SqliteConnection($"Data Source={Landed};Pooling=False"))
        {
            await feed.OpenAsync();
            await using var create = feed.CreateCommand();
            create.CommandText = "CREATE TABLE landed AS SELECT 'q0' AS query_id, 1 AS outcome, 1 AS n UNION ALL VALUES ('q1', 'late', "
                + "2), ('q2', 2.5, 3), ('q3', 3, 4)";
            await create.ExecuteNonQueryAsync();
        }

        var pulled = await node.UntilAsync("/api/projects/pulls/offline", agent => (int)agent["outcomes"]!["accepted"]! == 3);
        ((int)pulled["outcomes"]!["bad"]!).ShouldBe(1);
        ((string)pulled["outcomes"]!["problems"]![0]!).ShouldContain("late is no number");
        ((string)pulled["outcomes"]!["watermark"]!).ShouldBe("4");
        await node.UntilAsync("/api/projects/pulls/offline", agent => (int)agent["outcomes"]!["failures"]! == 0);
        await node.UntilAsync("/api/projects/pulls/generations", generations => generations.AsArray().Count == 2);
        ((int)(await GenerationsAsync("pulls"))[1]!["lineage"]!["query_rows"]!).ShouldBe(3);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var share = $"progeny_feedback_share{{node=\"{Environment.MachineName}\",project=\"pulls\",age=\"0\"}} 0.6\n";
        while (!(await node.Http.GetStringAsync("/metrics", patience.Token)).Contains(share, StringComparison.Ordinal))
            await Task.Delay(50, patience.Token);
    }

    [Fact]
    public async Task Outcomes_by_key_and_time_find_their_queries_and_train_the_project()
    {
        await using var feed = new SqliteConnection($"Data Source={Landed};Pooling=False");
        await feed.OpenAsync();
        await PublishAsync(
            "keys",
            "entity: tail\noutcomes: {feed: landed, query: \"SELECT tail, at, outcome, n FROM keys\", watermark: n, every: 1s, "
                + "match_within: 1h}\nretrain: {when: new_outcomes >= 3}");
        await ServeFirstAsync("keys");
        foreach (var (id, tail) in new[] { ("q0", "N1"), ("q1", "N2"), ("q2", "N1"), ("q3", "N3") })
            await node.PostAsync("/api/projects/keys/predict", new { rows = new[] { new { x = 0.25, tail } }, query_id = id });
        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 4; i++)
            times.Add((DateTimeOffset)(await node.UntilAsync($"/api/projects/keys/queries/q{i}", _ => true))["at"]!);

        // N1 came true between its queries and behind them; N4 was never asked about.
        await using (var create = feed.CreateCommand())
        {
            create.CommandText = "CREATE TABLE keys AS SELECT 'N1' AS tail, $first AS at, 1 AS outcome, 1 AS n UNION ALL VALUES ('N1', "
                + "$last, 2, 2), ('N2', $last, 3, 3), ('N4', $last, 4, 4)";
            create.Parameters.AddWithValue("$first", (times[0] + ((times[2] - times[0]) / 2)).ToString("O"));
            create.Parameters.AddWithValue("$last", times[3].ToString("O"));
            await create.ExecuteNonQueryAsync();
        }

        var pulled = await node.UntilAsync("/api/projects/keys/offline", agent => (int)agent["outcomes"]!["accepted"]! == 3);
        ((int)pulled["outcomes"]!["waiting"]!).ShouldBe(1);
        ((int)pulled["outcomes"]!["ambiguous"]!).ShouldBe(0);
        foreach (var (id, outcome) in new[] { ("q0", "1"), ("q1", "3"), ("q2", "2"), ("q3", null) })
            ((string?)(await node.GetAsync($"/api/projects/keys/queries/{id}"))["outcome"]).ShouldBe(outcome, id);
        await node.UntilAsync("/api/projects/keys/generations", generations => generations.AsArray().Count == 2);
        ((int)(await GenerationsAsync("keys"))[1]!["lineage"]!["query_rows"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Project_with_retrain_every_is_trained_first_without_being_asked()
    {
        await PublishAsync("clock", "retrain: {every: 1h}");
        await node.UntilAsync("/api/projects/clock/generations", generations => generations.AsArray().Count == 1);
        var agent = await node.UntilAsync("/api/projects/clock/offline", agent => (string?)agent["training"]!["waits_for"] == "the clock");
        agent["training"]!["next"].ShouldNotBeNull();
        (await node.GetAsync("/api/projects/clock/jobs")).AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Failed_training_is_tried_again_ever_later_and_says_so()
    {
        await PublishAsync("fails", "retrain: {every: 1h}", script: "echo 'no such luck' >&2; exit 3");
        var agent = await node.UntilAsync("/api/projects/fails/offline", agent => (int)agent["training"]!["failures"]! >= 3);
        var jobs = (await node.GetAsync("/api/projects/fails/jobs")).AsArray();
        var starts = jobs.Select(job => (DateTimeOffset)job!["created_at"]!).Reverse().ToList();
        var ends = jobs.Select(job => (DateTimeOffset?)job!["ended_at"]).Reverse().ToList();
        for (var i = 0; i + 1 < 3; i++)
            (starts[i + 1] - ends[i]!.Value).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.3 * Math.Pow(2, i)));
        ((string)agent["training"]!["message"]!).ShouldContain("no such luck");
        var decisions = await node.Services.GetRequiredService<IDecisionLog>().ListAsync("fails", null, null, 100, default);
        decisions.Count(entry => entry.Decision.Message.StartsWith("Train fails@1.0.0: retrain.every", StringComparison.Ordinal))
            .ShouldBeGreaterThanOrEqualTo(3);
        decisions.ShouldContain(entry => entry.Decision.Message.Contains("2 in a row", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Paused_agent_starts_nothing_until_it_goes_on()
    {
        await PublishAsync("rests", "retrain: {when: new_outcomes >= 1}");
        await ServeFirstAsync("rests");
        ((bool)(await node.PostAsync("/api/projects/rests/offline/pause", new { reason = "holidays" }))["paused"]!).ShouldBeTrue();
        await AskAsync("rests", 0, 1);
        await ReportAsync("rests", 0, 1);
        var paused = await node.UntilAsync(
            "/api/projects/rests/offline", agent => (string?)agent["training"]!["waits_for"] == "it is paused");
        ((string)paused["paused_by"]!).ShouldBe("holidays");
        (await node.GetAsync("/api/projects/rests/jobs")).AsArray().Count.ShouldBe(1);

        await node.PostAsync("/api/projects/rests/offline/resume", new { });
        await node.UntilAsync("/api/projects/rests/generations", generations => generations.AsArray().Count == 2);
    }

    [Fact]
    public async Task Agent_waits_for_a_training_that_somebody_started()
    {
        var gate = new Gate(folder);
        LoopProject.Write(
            Path.Combine(folder, "busy"),
            "busy",
            "retrain: {when: new_outcomes >= 1}",
            script: $"while [ ! -e {gate.Path} ]; do sleep 0.02; done");
        (await node.PublishAsync("busy", Path.Combine(folder, "busy"))).EnsureSuccessStatusCode();
        var job = (string)(await node.PostAsync("/api/projects/busy/jobs", new { kind = "train" }))["id"]!;
        await ReportAsync("busy", 0, 3);
        var seen = await node.UntilAsync(
            "/api/projects/busy/offline", agent => (string?)agent["training"]!["waits_for"] == $"job {job} goes on");

        // Another look later there is still one. What the training could not know may start the next one as soon as it has ended.
        await node.UntilAsync(
            "/api/projects/busy/offline", agent => (DateTimeOffset)agent["checked_at"]! > (DateTimeOffset)seen["checked_at"]!);
        (await node.GetAsync("/api/projects/busy/jobs")).AsArray().Count.ShouldBe(1);
        gate.Open();
        await node.EndOfAsync(job);
    }

    [Fact]
    public async Task Long_training_is_seen_behind_many_jobs_of_another_kind()
    {
        var gate = new Gate(folder);
        LoopProject.Write(
            Path.Combine(folder, "long"), "long", "retrain: {every: 1h}", script: $"while [ ! -e {gate.Path} ]; do sleep 0.02; done");
        (await node.PublishAsync("long", Path.Combine(folder, "long"))).EnsureSuccessStatusCode();
        await node.UntilAsync(
            "/api/projects/long/offline",
            agent => ((string)agent["training"]!["waits_for"]!).EndsWith("goes on", StringComparison.Ordinal));
        for (var i = 0; i < 35; i++)
            await node.PostAsync("/api/projects/long/jobs", new { kind = "evaluate" });

        var asked = DateTimeOffset.UtcNow;
        await node.UntilAsync("/api/projects/long/offline", agent => (DateTimeOffset)agent["checked_at"]! > asked.AddSeconds(0.2));
        var jobs = (await node.GetAsync("/api/projects/long/jobs")).AsArray();
        gate.Open();
        jobs.Count(job => (string?)job!["request"]?["kind"] == "train" || (string?)job["kind"] == "train").ShouldBe(1);
    }

    [Fact]
    public async Task Idle_project_is_looked_at_once_after_a_start_and_then_when_something_happens_to_it()
    {
        await PublishAsync("idle", "retrain: {when: new_outcomes >= 5}\nalerts: [{name: wrong, when: errors > 0}]");
        var gate = new Gate(folder);
        LoopProject.Write(Path.Combine(folder, "busy"), "busy", script: $"while [ ! -e {gate.Path} ]; do sleep 0.02; done");
        (await node.PublishAsync("busy", Path.Combine(folder, "busy"))).EnsureSuccessStatusCode();
        var job = (string)(await node.PostAsync("/api/projects/busy/jobs", new { kind = "train" }))["id"]!;
        await node.UntilAsync($"/api/jobs/{job}", info => (string?)info["status"] == "running");
        await node.DisposeAsync();
        await InitializeAsync();

        // A project whose job goes on is checked with every check, here twenty times and more.
        // Whoever asks before the first check has the agent look, too: both are over when the other project was checked for a while.
        var started = DateTimeOffset.UtcNow;
        await node.UntilAsync("/api/projects/busy/offline", agent => (DateTimeOffset?)agent["checked_at"] > started.AddSeconds(0.5));
        var first =
            (DateTimeOffset)(await node.UntilAsync("/api/projects/idle/offline", agent => agent["checked_at"] is not null))["checked_at"]!;
        await node.UntilAsync("/api/projects/busy/offline", agent => (DateTimeOffset?)agent["checked_at"] > first.AddSeconds(1));
        ((DateTimeOffset)(await node.GetAsync("/api/projects/idle/offline"))["checked_at"]!).ShouldBe(first);

        await ReportAsync("idle", 0, 1);
        await node.UntilAsync("/api/projects/idle/offline", agent => (DateTimeOffset?)agent["checked_at"] > first);
        gate.Open();
        await node.EndOfAsync(job);
    }

    [Fact]
    public async Task Unknown_project_has_no_agent()
    {
        (await node.Http.GetAsync("/api/projects/nobody/offline")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await node.TryPostAsync("/api/projects/nobody/offline/pause", "{}")).Status.ShouldBe(404);
    }

    private async Task PublishAsync(string project, string rest, string script = "")
    {
        var path = LoopProject.Write(Path.Combine(folder, project), project, rest, script: script);
        (await node.PublishAsync(project, path)).EnsureSuccessStatusCode();
    }

    private async Task ServeFirstAsync(string project)
    {
        var job = await node.TrainAsync(project);
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        await node.PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    private async Task AskAsync(string project, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            await node.PostAsync($"/api/projects/{project}/predict", new { rows = new[] { new { x = i + 0.25 } }, query_id = $"q{i}" });
        await node.UntilAsync($"/api/projects/{project}/queries/q{from + count - 1}", _ => true);
    }

    private Task ReportAsync(string project, int from, int count) => node.PostAsync(
        $"/api/projects/{project}/outcomes",
        new { outcomes = Enumerable.Range(from, count).Select(i => new { query_id = $"q{i}", outcome = i }) });

    private async Task<JsonArray> GenerationsAsync(string project) =>
        (await node.GetAsync($"/api/projects/{project}/generations")).AsArray();
}
