using System.Diagnostics;
using System.Globalization;
using Progeny.Tracking.Bench;

// What experiment tracking does, beside MLflow's server: bench/tracking/run.sh. One line a figure: result <name> <value>.
var seconds = double.Parse(Option("--seconds") ?? "5", CultureInfo.InvariantCulture);
var runs = int.Parse(Option("--runs") ?? "100000", CultureInfo.InvariantCulture);
var program = Option("--gateway") ?? throw new InvalidOperationException("--gateway must name the program of a node.");
using var gateway = await GatewayProcess.StartAsync(program);
using var client = new TrackingClient(gateway.Address);
var experiment = await client.CreateExperimentAsync("loads");
var loads = new TrackingLoads(client, experiment, TimeSpan.FromSeconds(seconds));
await MeasureAsync("log_metric_1_client", () => loads.LogMetricAsync(1), MlflowFigures.LogMetric);
await MeasureAsync("log_metric_32_clients", () => loads.LogMetricAsync(32), MlflowFigures.LogMetric);
foreach (var metrics in new[] { 1, 50, 1000 })
{
    await MeasureAsync($"batched_of_{metrics}_metrics_1_client", () => loads.LogBatchAsync(1, metrics), MlflowFigures.BatchedMetrics);
    await MeasureAsync($"batched_of_{metrics}_metrics_8_clients", () => loads.LogBatchAsync(8, metrics), MlflowFigures.BatchedMetrics);
}

await MeasureAsync("create_run_1_client", () => loads.CreateRunsAsync(1), MlflowFigures.Runs);
await MeasureAsync("create_run_32_clients", () => loads.CreateRunsAsync(32), MlflowFigures.Runs);
if (runs > 0)
{
    var target = await client.CreateExperimentAsync("searches");
    await loads.FillAsync(target, runs, 50);
    (string Name, Func<Random, string> Filter, string Order)[] searches =
    [
        ("wide", random => $"metrics.m{random.Next(50)} > 0.5 and params.depth = '3'", "metrics.m7 DESC"),
        ("narrow", random => $"metrics.m{random.Next(50)} > 0.999 and tags.team = 't7'", "metrics.m9 ASC"),
        ("one_metric", random => $"metrics.m{random.Next(50)} > {random.NextDouble().ToString("F3", CultureInfo.InvariantCulture)}", "start_time DESC"),
        ("newest", _ => "", "start_time DESC"),
    ];
    foreach (var (name, filter, order) in searches)
    {
        var times = await loads.SearchAsync(target, 200, filter, order);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"search {name} among {runs} runs: p50 {times[times.Length / 2]:F1} ms, p99 {times[times.Length * 99 / 100]:F1} ms, MLflow among 151 runs: {MlflowFigures.SearchMilliseconds} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result tracking_search_{name}_p99_ms {times[times.Length * 99 / 100]:F1}"));
    }
}

return;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

// The processor time tells what the node needs for one where others use the machine as well.
async Task MeasureAsync(string name, Func<Task<double>> load, double mlflow)
{
    var before = gateway.ProcessorTime;
    var started = Stopwatch.GetTimestamp();
    var rate = await load();
    var each = (gateway.ProcessorTime - before).TotalMicroseconds / (rate * Stopwatch.GetElapsedTime(started).TotalSeconds);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {rate:F0} a second, {rate / mlflow:F1} x MLflow's {mlflow}; {each:F1} µs of the node's processor time each"));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result tracking_{name} {rate:F0}"));
}
