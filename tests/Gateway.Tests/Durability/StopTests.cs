using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Progeny.Gateway.Tests.Releases;
using Progeny.Gateway.Tests.Training;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>
/// A node that is told to stop in the middle of everything stops quickly, and logs nothing that somebody would have to look into.
/// </summary>
public sealed class StopTests : IDisposable
{
    private const int Projects = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly LogRecorder log = new();

    public void Dispose()
    {
        log.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Node_with_work_under_way_stops_quickly_and_without_warnings()
    {
        var gate = new Gate(folder);
        var node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            services => services.AddLogging(logging => logging.AddProvider(log)),
            [
                "--OfflineAgent:CheckSeconds",
                "0.02",
                "--Experiments:CheckSeconds",
                "0.1",
                "--Metrics:PublishSeconds",
                "0.1",
                "--Metrics:ScoreSeconds",
                "0.1",
            ]);
        Task asking;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Projects).Select(number => ServeAsync(node, $"busy-{number}")));
            var source = LoopProject.Write(
                Path.Combine(folder, "trains"), "trains", script: $"while [ ! -e {gate.Path} ]; do sleep 0.02; done");
            (await node.PublishAsync("trains", source)).EnsureSuccessStatusCode();
            var job = (string)(await node.PostAsync("/api/projects/trains/jobs", new { kind = "train" }))["id"]!;
            await node.UntilAsync($"/api/jobs/{job}", info => (string?)info["status"] == "running");
            var answered = new TaskCompletionSource();
            asking = Task.WhenAll(Enumerable.Range(0, Projects).Select(number => AskAsync(node, $"busy-{number}", answered)));
            await answered.Task.WaitAsync(Limit);
            log.Clear();
        }
        finally
        {
            var began = Stopwatch.GetTimestamp();
            await node.DisposeAsync().AsTask().WaitAsync(Limit);
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Limit);
        }

        await asking.WaitAsync(Limit);
        log.Entries.ShouldBeEmpty();
        await gate.UntilNobodyWaitsAsync();
    }

    /// <summary>A project whose agent, alert, retraining and canary all have to be checked.</summary>
    private async Task ServeAsync(Node node, string project)
    {
        var source = LoopProject.Write(
            Path.Combine(folder, project),
            project,
            "retrain: {when: new_outcomes >= 1000000}\nalerts: [{name: slow, when: latency_p99 > 1000000}]\nserving: {rollout: {strategy: "
                + "canary, steps: [{share: 0.2, outcomes: 1000000, time: 1d}]}}");
        (await node.PublishAsync(project, source)).EnsureSuccessStatusCode();
        for (var generation = 0; generation < 2; generation++)
            ((string?)(await node.TrainAsync(project))["status"]).ShouldBe("succeeded");
        await node.UntilAsync($"/api/projects/{project}", info => info["champion"] is not null);
    }

    /// <summary>Asks and reports until the node is gone.</summary>
    private static async Task AskAsync(Node node, string project, TaskCompletionSource answered)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                using var query = await node.Http.PostAsJsonAsync(
                    $"/api/projects/{project}/predict", new { rows = new[] { new { x = number } }, query_id = $"q{number}" });
                query.EnsureSuccessStatusCode();
                using var report = await node.Http.PostAsJsonAsync(
                    $"/api/projects/{project}/outcomes", new { outcomes = new[] { new { query_id = $"q{number}", outcome = number } } });
                report.EnsureSuccessStatusCode();
                if (number > 20)
                    answered.TrySetResult();
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            answered.TrySetException(exception);
        }
    }

    private sealed class LogRecorder : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> entries = new();

        public IReadOnlyCollection<string> Entries => entries;

        public void Clear() => entries.Clear();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                entries.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
