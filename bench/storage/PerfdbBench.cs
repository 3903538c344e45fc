using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Abstractions.Metrics;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Drift;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Tests.Shared;

namespace Progeny.Storage.Bench;

/// <summary>What the perfdb costs on SQLite and, where it is installed, on a PostgreSQL on this machine: both wait for the disk.</summary>
internal static class PerfdbBench
{
    private const int Rounds = 20;
    private const int ScoreCount = 1_000;
    private const int Features = 10;

    public static async Task RunAsync(string folder)
    {
        await MeasureAsync("sqlite", ("Data", Path.Combine(folder, "sqlite")));
        if (PostgresServer.Programs is null)
            return;
        await using var server = await PostgresServer.StartNewAsync("fsync=on");
        await MeasureAsync("postgres", ("Data", Path.Combine(folder, "postgres")), ("Cluster:ConnectionString", server.ConnectionString));
    }

    private static async Task MeasureAsync(string name, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        using var host = builder.Build();
        await host.StartAsync();
        var metrics = host.Services.GetRequiredService<IMetricsStore>();
        var scores = host.Services.GetRequiredService<IScoreStore>();
        foreach (var windows in (int[])[1, 200])
        {
            var at = MetricsResolution.StartOf(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
            await MeasureAsync($"{name}.summary-{windows}-windows", _ => metrics.StoreAsync(Summarize(at, windows), default));
        }

        var now = DateTimeOffset.UtcNow;
        await MeasureAsync($"{name}.scores-{ScoreCount}-new", round => scores.ApplyAsync(Score(round, round * ScoreCount, now), default));
        await MeasureAsync($"{name}.scores-{ScoreCount}-corrected", round => scores.ApplyAsync(
            Score(Rounds + 1 + round, round * ScoreCount, now), default));
        await MeasureAsync($"{name}.changes-{ScoreCount}", round => scores.ReadChangesAsync(
            "flights", round * ScoreCount, ScoreCount, default));
        await MeasureAsync($"{name}.read-hour", _ => metrics.ReadAsync(
            new MetricsQuery("flights", now.AddHours(-1), now, TimeSpan.FromSeconds(10), ByGeneration: true), default));
        await host.StopAsync();
    }

    /// <summary>Prints the median of some rounds, after one that does not count.</summary>
    private static async Task MeasureAsync(string name, Func<int, Task> work)
    {
        await work(0);
        var times = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await work(round);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        Figures.Print($"perfdb.{name}-ms", times[times.Count / 2]);
    }

    private static ScoreBatch Score(int place, int first, DateTimeOffset now) => new(
        place,
        place + 1,
        [
            .. Enumerable.Range(first, ScoreCount).Select(i => new OutcomeScore(
                "flights",
                new GenerationReference("flights", "1.0.0", 1 + (i % 2)),
                $"0192f3c1-7a5e-7000-8000-{i:x12}",
                now.AddSeconds(-(i % 600)),
                new Dictionary<string, double> { [MetricsPoint.LossName] = 0.25 * (i % 7), ["hit"] = i % 2 })
            { Arm = i % 2 == 0 ? "champion" : "canary", Reason = "share", Sequence = i }),
        ],
        [],
        [])
    { At = now };

    private static GenerationSummary Summarize(DateTimeOffset at, int windows)
    {
        var latency = new LatencyHistogram();
        var spread = new Distributions();
        for (var i = 0; i < 1_000; i++)
        {
            latency.Record(500 + (i * 7));
            for (var feature = 0; feature < Features; feature++)
                spread.Feature($"feature{feature}").Record(i * (feature + 1) / 10.0);
        }

        var window = new WindowSummary
        {
            Start = at,
            Rows = 1_000,
            Errors = 0,
            Latency = latency.Encode(),
            AugmentMicroseconds = 1,
            QueueMicroseconds = 1,
            PredictMicroseconds = 1,
            Distributions = spread.Encode(),
        };
        return new GenerationSummary
        {
            Generation = new GenerationReference("flights", "1.0.0", 1),
            Source = Guid.NewGuid(),
            IsLogged = true,
            After = 0,
            Through = 1,
            Windows = [.. Enumerable.Range(0, windows).Select(i => window with { Start = at.AddSeconds(10 * i) })],
        };
    }
}
