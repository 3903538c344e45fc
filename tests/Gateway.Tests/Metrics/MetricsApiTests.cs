using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Releases;
using Progeny.Core.Drift;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>What the gateway says of what was served.</summary>
public sealed partial class MetricsApiTests : IAsyncLifetime
{
    private const string NodeLabel = "{node=\"node \\\"1\\\"\"";

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    public async Task InitializeAsync()
    {
        node = await Node.StartAsync(
            Path.Combine(folder, "data"), "--Metrics:PublishSeconds", "0.1", "--Metrics:ScoreSeconds", "0.1", "--Silo:Name", "node \"1\"");
        var project = Directory.CreateDirectory(Path.Combine(folder, "demo")).FullName;
        var (manifest, model) = ServedProjects.All["rich"];
        await File.WriteAllTextAsync(
            Path.Combine(project, "progeny.yaml"),
            $"name: demo\nversion: 1.0.0\npipeline: {{model: model.onnx}}\n{manifest}\nmetrics: [{{name: per_hour, value: abs(outcome - "
                + "value) / hour}, {name: big, value: \"1e308\"}]");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), model);
        using var response = await node.PublishAsync("demo", project);
        response.IsSuccessStatusCode.ShouldBeTrue();
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Series_tell_requests_errors_and_latency_by_project_and_by_generation()
    {
        Record(1, 3, 1_000, failed: false);
        Record(2, 1, 2_000, failed: true);
        var answer = await node.UntilAsync("/api/projects/demo/metrics?step=1h", answer => Sum(answer, "requests") == 4);
        ((string)answer["by"]!, (int)answer["step"]!).ShouldBe(("project", 3_600));
        Sum(answer, "rows").ShouldBe(8);
        Sum(answer, "errors").ShouldBe(1);
        answer["series"]!.AsArray().ShouldHaveSingleItem()!["version"].ShouldBeNull();

        var series = (await node.GetAsync("/api/projects/demo/metrics?step=1h&by=generation"))["series"]!.AsArray();
        series.Select(each => (string)each!["version"]!).ShouldBe(["1.0.0:1", "1.0.0:2"]);
        var point = series[1]!["points"]!.AsArray()[^1]!;
        ((double)point["latency"]!["p50"]!).ShouldBe(2_000, 0.01 * 2_000);
        ((double)point["latency"]!["p99"]!).ShouldBe(2_000, 0.01 * 2_000);
        ((double)point["latency"]!["mean"]!).ShouldBe(2_000);
        ((double)point["latency"]!["predict"]!).ShouldBe(30);
        point["loss"].ShouldBeNull();
        ((int)point["outcomes"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Predictions_and_late_outcomes_meet_in_the_window_of_the_prediction_and_a_correction_counts_once()
    {
        ((string)(await node.TrainAsync("demo"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/demo/promotions", new { version = "1.0.0:1", reason = "imported" });

        // Reported before the query was asked: it waits for the log. The model says hour + 1.5.
        await Report("""{"query_id":"m-1","outcome":7}""");
        await Predict("m-1", 2);
        await Predict("m-2", 8);
        await Predict("m-3", 8);
        await node.TryPostAsync("/api/projects/demo/predict", """{"rows":[{"hour":99}]}""");
        await Report("""{"query_id":"m-2","outcome":12},{"query_id":"m-none","outcome":1}""");
        await Report("""{"query_id":"m-2","outcome":20}""");

        var answer = await node.UntilAsync(
            "/api/projects/demo/metrics?step=1h&by=generation", answer => Sum(answer, "requests") == 3 && Sum(answer, "outcomes") == 2);
        answer = await node.UntilAsync(
            "/api/projects/demo/metrics?step=1h&by=generation", answer => (double)Point(answer)["loss"]! == 61.25);
        Sum(answer, "errors").ShouldBe(0);
        Sum(answer, "outcomes").ShouldBe(2);
        ((double)Point(answer)["metrics"]!["per_hour"]!).ShouldBe(1.53125);
        // Its sum is beyond a 64-bit float: null under its name.
        Point(answer)["metrics"]!.AsObject().ShouldContainKey("big");
        Point(answer)["metrics"]!["big"].ShouldBeNull();
        ((string)(await node.GetAsync("/api/projects/demo/generations/1.0.0:1/figures")).ToJsonString()).ShouldContain("\"big\":null");

        // Counts and distributions of one query may come in two reports.
        var features = await DistributionsAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (features.Rows < 3)
        {
            await Task.Delay(20, patience.Token);
            features = await DistributionsAsync();
        }

        features.Features["hour"].Rows.ShouldBe(3);
        features.Predictions["value"].Rows.ShouldBe(3);

        Task<Distributions> DistributionsAsync() => node.Services.GetRequiredService<IMetricsStore>().ReadDistributionsAsync(
            new GenerationReference("demo", "1.0.0", 1), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), default);

        async Task Predict(string id, int hour) =>
            await node.PostAsync(
                "/api/projects/demo/predict",
                JsonNode.Parse($"{{\"query_id\":\"{id}\",\"rows\":[{PredictAnswersTests.Row("hour", $"{hour}")}]}}")!);

        async Task Report(string outcomes) =>
            await node.PostAsync("/api/projects/demo/outcomes", JsonNode.Parse($"{{\"outcomes\":[{outcomes}]}}")!);

        static JsonNode Point(JsonNode answer) => answer["series"]![0]!["points"]!.AsArray()[^1]!;
    }

    [Theory]
    [InlineData("demo/metrics?from=never", 400, "from is 'never'")]
    [InlineData("demo/metrics?step=3s", 400, "multiple of 10 s")]
    [InlineData("demo/metrics?by=row", 400, "project, generation or arm")]
    [InlineData("nobody/metrics", 404, "no project 'nobody'")]
    public async Task What_is_wrong_is_said(string path, int status, string detail)
    {
        using var response = await node.Http.GetAsync($"/api/projects/{path}");
        ((int)response.StatusCode).ShouldBe(status);
        ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!).ShouldContain(detail);
    }

    [Fact]
    public async Task Prometheus_reads_counters_histograms_and_the_process()
    {
        Record(1, 2, 100, failed: false);
        node.Services.GetRequiredService<ServingMeters>().For(new GenerationReference("o\"dd\\\n", "1.0.0", 1), isLogged: false)
            .Record(new QueryLatency(0, 0, 0, 1), 1, failed: true);
        using var response = await node.Http.GetAsync("/metrics");
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        var text = await response.Content.ReadAsStringAsync();
        var samples = Parse(text);
        samples["progeny_requests_total{project=\"demo\",version=\"1.0.0:1\"}"].ShouldBe(2);
        samples["progeny_errors_total{project=\"o\\\"dd\\\\\\n\",version=\"1.0.0:1\"}"].ShouldBe(1);
        samples["progeny_latency_seconds_bucket{project=\"demo\",version=\"1.0.0:1\",le=\"6.4E-05\"}"].ShouldBe(0);
        samples["progeny_latency_seconds_bucket{project=\"demo\",version=\"1.0.0:1\",le=\"0.000128\"}"].ShouldBe(2);
        samples["progeny_latency_seconds_bucket{project=\"demo\",version=\"1.0.0:1\",le=\"+Inf\"}"].ShouldBe(2);
        samples["progeny_latency_seconds_sum{project=\"demo\",version=\"1.0.0:1\"}"].ShouldBe(0.0002);
        samples["progeny_log_dropped_total"].ShouldBe(0);
        samples["progeny_outlet_dropped_total{outlet=\"stream\"}"].ShouldBe(0);
        samples["progeny_models_loaded"].ShouldBe(0);
        samples["progeny_jobs_running"].ShouldBe(0);
        samples["progeny_database_up"].ShouldBe(1);
        samples["progeny_cluster_nodes"].ShouldBe(1);
        samples["process_resident_memory_bytes"].ShouldBeGreaterThan(1e6);
    }

    /// <summary>
    /// Reads the text format strictly: each metric's HELP and TYPE once and before its samples, all samples of a metric together, none
    /// twice, and the node's label first in all.
    /// </summary>
    /// <returns>The samples without that label.</returns>
    private static Dictionary<string, double> Parse(string text)
    {
        text.ShouldEndWith("\n");
        var samples = new Dictionary<string, double>();
        var begun = new HashSet<string>();
        string? current = null, type = null;
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                current = line.Split(' ')[2];
                begun.Add(current).ShouldBeTrue($"{current} begins twice");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                line.Split(' ')[2].ShouldBe(current);
                type = line.Split(' ')[3];
                type.ShouldBeOneOf("counter", "gauge", "histogram");
            }
            else
            {
                var sample = Sample().Match(line);
                sample.Success.ShouldBeTrue(line);
                var name = sample.Groups["name"].Value;
                (type == "histogram" ? name.Replace("_bucket", "").Replace("_sum", "").Replace("_count", "") : name).ShouldBe(current);
                var (labels, value) = (line[name.Length..line.LastIndexOf(' ')], sample.Groups["value"].Value);
                labels.ShouldStartWith(NodeLabel);
                labels = labels[NodeLabel.Length..] is ['}'] ? "" : $"{{{labels[(NodeLabel.Length + 1)..]}";
                samples.TryAdd($"{name}{labels}", double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture)).ShouldBeTrue(line);
            }
        }

        return samples;
    }

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*=""([^""\\\n]|\\[\\""n])*"",?)+\})? (?<value>[-+0-9.eE]+|NaN)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    private static long Sum(JsonNode answer, string figure) =>
        answer["series"]!.AsArray().Sum(series => series!["points"]!.AsArray().Sum(point => (long)point![figure]!));

    private void Record(int generation, int requests, int microseconds, bool failed)
    {
        var meter = node.Services.GetRequiredService<ServingMeters>()
            .For(new GenerationReference("demo", "1.0.0", generation), isLogged: false);
        for (var i = 0; i < requests; i++)
            meter.Record(new QueryLatency(10, 20, 30, microseconds), 2, failed);
    }
}
