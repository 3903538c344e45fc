using System.Security.Cryptography;

namespace Progeny.Gateway.Tests.Training;

/// <summary>The rows that a generation was trained on, and trainings that are repeated on them.</summary>
public sealed class SnapshotTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private const string Data = "/api/projects/demo/generations/0.1.0:1/data";

    private readonly Node node = trained.Node;

    [Fact]
    public async Task Rows_of_a_generation_are_those_that_its_trainer_was_given()
    {
        var lineage = (await node.GetAsync("/api/projects/demo/generations/0.1.0:1"))["lineage"]!;

        var csv = await node.Http.GetByteArrayAsync($"{Data}?format=csv");
        var parquet = await node.Http.GetByteArrayAsync(Data);

        Convert.ToHexStringLower(SHA256.HashData(csv)).ShouldBe((string)lineage["data_digest"]!);
        Convert.ToHexStringLower(SHA256.HashData(parquet)).ShouldBe((string)lineage["snapshot"]!);
        using var wrong = await node.Http.GetAsync($"{Data}?format=xlsx");
        ((int)wrong.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task Training_that_is_repeated_exactly_makes_the_same_bytes_and_no_generation()
    {
        var started = await node.PostAsync("/api/projects/demo/jobs", new { kind = "retrain_exactly", version = "0.1.0:1" });

        var job = await node.EndOfAsync((string)started["id"]!);

        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        ((double)job["metrics"]!["same_bytes"]!).ShouldBe(1, (string)job["message"]!);
        ((double)job["metrics"]!["same_state"]!).ShouldBe(1, (string)job["message"]!);
        job["generation"].ShouldBeNull();
        (await node.GetAsync("/api/projects/demo/generations")).AsArray().Select(made => (string)made!["reference"]!)
            .ShouldBe(["demo@0.1.0:1"]);
    }

    [Fact]
    public async Task Rows_that_are_not_to_be_kept_are_not_and_the_log_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        try
        {
            CopyProject(folder, text => text.Replace("name: demo", "name: unkept", StringComparison.Ordinal)
                .Replace("source:\n", "source:\n  snapshot: false\n", StringComparison.Ordinal));
            (await node.PublishAsync("unkept", folder)).EnsureSuccessStatusCode();
            var job = await node.TrainAsync("unkept");

            ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
            (await node.Http.GetStringAsync($"/api/jobs/{job["id"]}/log")).ShouldContain("source.snapshot is false");
            using var data = await node.Http.GetAsync("/api/projects/unkept/generations/0.1.0:1/data");
            ((int)data.StatusCode).ShouldBe(404);
            var again = await node.PostAsync("/api/projects/unkept/jobs", new { kind = "retrain_exactly", version = "0.1.0:1" });
            ((string)(await node.EndOfAsync((string)again["id"]!))["status"]!).ShouldBe("failed");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"kind": "retrain_exactly"}""", 400, "version is missing")]
    [InlineData("""{"kind": "retrain_exactly", "version": "0.1.0:9"}""", 404, "There is no generation demo@0.1.0:9")]
    [InlineData("""{"kind": "retrain_exactly", "version": "0.1.0:1", "from": "1"}""", 400, "from and to are for")]
    [InlineData("""{"kind": "backtest", "version": "0.1.0:1", "from": "monday"}""", 400, "from is 'monday'; a time in ISO 8601")]
    [InlineData("""{"kind": "backtest", "version": "0.1.0:1", "from": "2026-02-01", "to": "2026-01-01"}""", 400, "from must be before to")]
    [InlineData("""{"kind": "evaluate", "groups": ["a"]}""", 400, "groups are for the kind backtest")]
    public async Task Wrong_job_is_refused(string body, int status, string said)
    {
        var (answered, problem) = await node.TryPostAsync("/api/projects/demo/jobs", body);
        answered.ShouldBe(status);
        ((string)problem["detail"]!).ShouldContain(said);
    }

    [Fact]
    public async Task Backtest_compares_a_generation_with_what_was_served_query_by_query()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        try
        {
            CopyProject(folder, text => text.Replace("name: demo", "name: tried", StringComparison.Ordinal));
            (await node.PublishAsync("tried", folder)).EnsureSuccessStatusCode();
            await node.TrainAsync("tried");
            await node.PostAsync("/api/projects/tried/promotions", new { version = "0.1.0:1", reason = "the first" });
            CopyProject(folder, text => text.Replace("name: demo", "name: tried", StringComparison.Ordinal)
                .Replace("version: 0.1.0", "version: 0.2.0", StringComparison.Ordinal)
                .Replace("rounds: 60", "rounds: 3", StringComparison.Ordinal)
                .Replace("values: [bike, car, van]", "values: [bike, car, van], nullable: true", StringComparison.Ordinal)
                .Replace("when: distance > 100", "when: distance > 8", StringComparison.Ordinal));
            (await node.PublishAsync("tried", folder)).EnsureSuccessStatusCode();
            ((string)(await node.TrainAsync("tried"))["status"]!).ShouldBe("succeeded");

            double served = 0, own = 0;
            var asked = 0;
            for (var i = 0; i < 40; i++)
            {
                // The new release refuses what is farther than 8 km, the one in production does not.
                var row = $$"""{"hour": {{i % 24}}, "distance": {{i % 10}}.5, "vehicle": "{{(i % 2 == 0 ? "bike" : "van")}}"}""";
                var truth = i % 3 == 0 ? "1" : "0";
                served += await AskAsync("/api/projects/tried/predict", $"q{i}", row, truth) * (i % 10 < 8 ? 1 : 0);
                if (i % 10 >= 8)
                    continue;
                asked++;
                own += await AskAsync("/api/projects/tried/versions/0.2.0:1/predict", null, row, truth);
            }

            await node.UntilAsync("/api/projects/tried/queries/q39", _ => true);
            var outcomes = string.Join(',', Enumerable.Range(0, 40).Select(i =>
                $$"""{"query_id": "q{{i}}", "outcome": "{{(i % 3 == 0 ? "1" : "0")}}"}"""));
            (await node.TryPostAsync("/api/projects/tried/outcomes", $$"""{"outcomes": [{{outcomes}}]}""")).Status.ShouldBe(200);
            var started = await node.PostAsync(
                "/api/projects/tried/jobs", new { kind = "backtest", version = "0.2.0:1", groups = (string[])["vehicle"] });
            var job = await node.EndOfAsync((string)started["id"]!);
            ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);

            var report = await node.GetAsync("/api/projects/tried/generations/0.2.0:1/backtest");
            var all = report["overall"]!;
            ((int)all["rows"]!).ShouldBe(asked);
            ((double)all["served_loss"]!).ShouldBe(served / asked, 1e-6);
            ((double)all["loss"]!).ShouldBe(own / asked, 1e-6);
            ((double)all["difference"]!).ShouldBe((own - served) / asked, 1e-6);
            ((double)all["low"]!).ShouldBeLessThan((double)all["difference"]!);
            ((double)all["high"]!).ShouldBeGreaterThan((double)all["difference"]!);
            report["left_out"]!.AsObject().Single().Value!.GetValue<int>().ShouldBe(40 - asked);
            var groups = report["groups"]!.AsArray().Select(group => ((string)group!["field"]!, (string)group["value"]!)).ToList();
            groups.ShouldBe([("(served by)", "0.1.0:1"), ("vehicle", "bike"), ("vehicle", "van")]);
            var figures = await node.GetAsync("/api/projects/tried/generations/0.2.0:1/figures");
            ((double)figures["backtest_difference"]!).ShouldBe((double)all["difference"]!);
            ((double)figures["backtest_left_out"]!).ShouldBe(40 - asked);
            (await node.Http.GetStringAsync("/projects/tried/generations/0.2.0:1")).ShouldContain("Backtest");

            // What served them differs from itself in nothing.
            var same = await node.EndOfAsync(
                (string)(await node.PostAsync("/api/projects/tried/jobs", new { kind = "backtest", version = "0.1.0:1" }))["id"]!);
            ((double)same["metrics"]!["backtest_difference"]!).ShouldBe(0);
            ((double)same["metrics"]!["backtest_rows"]!).ShouldBe(40);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Asks, and returns the log loss by the truth.</summary>
    private async Task<double> AskAsync(string path, string? id, string row, string truth)
    {
        var (status, answer) = await node.TryPostAsync(
            path, id is null ? $$"""{"rows": [{{row}}]}""" : $$"""{"query_id": "{{id}}", "rows": [{{row}}]}""");
        status.ShouldBe(200, answer.ToJsonString());
        return -Math.Log((double)answer["predictions"]![0]!["probabilities"]![truth]!);
    }

    private void CopyProject(string folder, Func<string, string> change)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(trained.Project, "data")))
            File.Copy(file, Path.Combine(folder, "data", Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(
            Path.Combine(folder, "progeny.yaml"), change(File.ReadAllText(Path.Combine(trained.Project, "progeny.yaml"))));
    }
}
