using System.Globalization;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>What is made of queries and their outcomes: evaluation in production, fairness, drift.</summary>
public sealed class ServedJudgingTests : IAsyncLifetime
{
    private const string More = "evaluation: {groups: [kind]}\ndrift: {rows: 500}";

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    public async Task InitializeAsync()
    {
        node = await Node.StartAsync(Path.Combine(folder, "data"), "--Metrics:PublishSeconds", "0.1", "--Metrics:ScoreSeconds", "0.1");
        using (var response = await node.PublishAsync("served", JudgedProject.Write(Path.Combine(folder, "served"), "served", More)))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        ((string)(await node.TrainAsync("served"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/served/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Evaluation_measures_what_was_served_overall_and_by_group()
    {
        // Of kind a all is predicted as it comes; of b nothing is predicted to be positive, and half of it is.
        for (var i = 0; i < 80; i++)
        {
            await PredictAsync($"a-{i}", i / 80.0, "a");
            await ReportAsync($"a-{i}", i >= 40 ? 1 : 0);
            await PredictAsync($"b-{i}", i % 4 / 4.0 * 0.6, "b");
            await ReportAsync($"b-{i}", i % 4 > 1 ? 1 : 0);
        }

        await PredictAsync("c", 0.9, "c");
        await ReportAsync("c", 0);

        // Asked again under the same id, and corrected: both count once, the last one.
        await PredictAsync("c", 0.8, "c");
        await ReportAsync("c", 1);
        await PredictAsync("unknown", 0.8, "c");
        await node.UntilAsync("/api/projects/served/queries?limit=1000", page => page["queries"]!.AsArray().Count == 163);

        var job = await node.PostAsync("/api/projects/served/jobs", new { kind = "evaluate" });
        job = await node.EndOfAsync((string)job["id"]!);
        ((string)job["status"]!).ShouldBe("succeeded");
        ((string)job["message"]!).ShouldBe("Measured served@1.0.0:1 on 161 answers and 0 that nobody saw.");

        var live = (await node.GetAsync("/api/projects/served/generations/1.0.0:1/evaluation"))["live"]!;
        ((int)live["rows"]!).ShouldBe(161);
        ((double)live["metrics"]!["accuracy"]!).ShouldBe(121.0 / 161, 1e-9);
        var fairness = live["fairness"]!.AsArray().ShouldHaveSingleItem()!;
        fairness["groups"]!.AsArray().Select(group => (string)group!["value"]!).ShouldBe(["a", "b"]);
        (((int)fairness["groups_left_out"]!), ((int)fairness["rows_left_out"]!)).ShouldBe((1, 1));
        ((double)fairness["parity"]!).ShouldBe(0.5 - 0, 1e-9);
        ((double)fairness["opportunity"]!).ShouldBe(1 - 0, 1e-9);

        var figures = await node.GetAsync("/api/projects/served/generations/1.0.0:1/figures");
        ((double)figures["served_accuracy"]!).ShouldBe(121.0 / 161, 1e-9);
        ((double)figures["parity_kind"]!).ShouldBe(0.5, 1e-9);
        ((double)figures["loss_gap_kind"]!).ShouldBe((double)fairness["loss_gap"]!);
        ((double)figures["new_outcomes"]!).ShouldBe(161);
    }

    [Fact]
    public async Task Evaluation_without_anybody_in_charge_or_of_nobody_fails_with_its_reason()
    {
        using (var response = await node.PublishAsync("idle", JudgedProject.Write(Path.Combine(folder, "idle"), "idle")))
            response.IsSuccessStatusCode.ShouldBeTrue();
        var job = await node.EndOfAsync((string)(await node.PostAsync("/api/projects/idle/jobs", new { kind = "evaluate" }))["id"]!);
        ((string)job["status"]!, (string)job["message"]!).ShouldBe(("failed", "No generation of 'idle' is in production; name one."));
        var (status, problem) = await node.TryPostAsync("/api/projects/idle/jobs", """{"kind": "evaluate", "version": "1.0.0:7"}""");
        (status, (string)problem["detail"]!).ShouldBe((404, "There is no generation idle@1.0.0:7."));
    }

    [Fact]
    public async Task Drift_is_found_in_what_was_asked_and_its_looks_go_on_after_a_restart()
    {
        ((string)(await DriftAsync(_ => true))["status"]!).ShouldBe("waiting");
        await AskAsync(500, shift: 0);
        var stable = await DriftAsync(drift => drift["report"] is not null);
        ((string)stable["status"]!).ShouldBe("stable");
        ((int)stable["report"]!["rows"]!).ShouldBeGreaterThanOrEqualTo(500);
        var looks = (int)stable["report"]!["check"]!;

        await node.DisposeAsync();
        node = await Node.StartAsync(node.Data, "--Metrics:PublishSeconds", "0.1");
        await AskAsync(1_000, shift: 0.3);

        // The first check that finds it may find it in less than the last one, whose queries are all new.
        var drifted = await DriftAsync(
            drift =>
                (string)drift["status"]! == "drifted"
                    && drift["report"]!["columns"]!.AsArray().Count(column => (bool)column!["drifted"]!) == 3);
        ((int)drifted["report"]!["check"]!).ShouldBeGreaterThan(looks);
        var columns = drifted["report"]!["columns"]!.AsArray();
        columns.Where(column => (bool)column!["drifted"]!).Select(column => (string)column!["name"]!).Order()
            .ShouldBe(["label", "probability", "x"], ignoreOrder: true);
        ((string)columns.Single(column => (string)column!["name"]! == "kind")!["test"]!).ShouldBe("chi_square");

        var figures = await node.GetAsync("/api/projects/served/generations/1.0.0:1/figures");
        ((double)figures["drift"]!, (double)figures["drift_features"]!).ShouldBe((1, 1));
        ((double)figures["psi_x"]!).ShouldBeGreaterThan(0.1);
        ((double)figures["psi_max"]!).ShouldBeGreaterThanOrEqualTo((double)figures["psi_prediction"]!);
    }

    private Task<JsonNode> DriftAsync(Func<JsonNode, bool> wanted) =>
        node.UntilAsync("/api/projects/served/drift", answer => wanted(answer[0]!))
        .ContinueWith(answer => answer.Result[0]!, TaskScheduler.Default);

    private async Task AskAsync(int rows, double shift)
    {
        const int AtOnce = 100;
        for (var from = 0; from < rows; from += AtOnce)
        {
            var asked = Enumerable.Range(from, AtOnce).Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"x\":{Math.Min(1, (i * 37 % 100 / 100.0) + shift)},\"kind\":\"{(i % 2 == 0 ? "a" : "b")}\"}}"));
            await node.PostAsync("/api/projects/served/predict", JsonNode.Parse($"{{\"rows\":[{string.Join(',', asked)}]}}")!);
        }
    }

    private async Task PredictAsync(string id, double x, string kind) =>
        await node.PostAsync("/api/projects/served/predict", new { query_id = id, rows = new[] { new { x, kind } } });

    private async Task ReportAsync(string id, int outcome) =>
        await node.PostAsync("/api/projects/served/outcomes", new { outcomes = new[] { new { query_id = id, outcome } } });
}
