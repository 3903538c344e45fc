using System.Diagnostics;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>Gates and alerts that take as long as they may, asked by readers who do not wait for the answer.</summary>
public sealed class SlowConditionTests : IAsyncLifetime
{
    private const string Slow =
        "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 100000) SELECT sum(length(printf('%60000d', i))) FROM c) > ";

    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromSeconds(0.5);

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    public async Task InitializeAsync() => node = await Node.StartAsync(Path.Combine(folder, "data"), "--OfflineAgent:CheckSeconds", "0.1");

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Many_of_them_keep_no_other_project_waiting()
    {
        await PublishAsync("calm", "", isPromoted: true);
        await PublishAsync("gated", $"gates: [{List("before: shadow, ")}]", isPromoted: false);
        await PublishAsync("watched", $"alerts: [{List("")}]", isPromoted: true);

        var reads = Enumerable.Range(0, 60).Select(_ => ReadAsync("/api/projects/gated/generations/1.0.0:1/gates?before=shadow"))
            .Concat(Enumerable.Range(0, 5).Select(_ => ReadAsync("/api/projects/watched/alerts"))).ToList();
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 50; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await node.PostAsync("/api/projects/calm/predict", new { rows = new[] { new { x = 0.5, kind = "a" } } });
            var took = Stopwatch.GetElapsedTime(started);
            longest = took > longest ? took : longest;
        }

        await Task.WhenAll(reads);
        longest.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (await node.GetAsync("/api/projects/watched/alerts")).AsArray().Count.ShouldBe(100);
    }

    private static string List(string more) =>
        string.Join(", ", Enumerable.Range(0, 100).Select(i => $"{{name: c{i}, {more}when: \"{Slow}{i}\"}}"));

    private async Task PublishAsync(string project, string more, bool isPromoted)
    {
        using (var response = await node.PublishAsync(project, JudgedProject.Write(Path.Combine(folder, project), project, more)))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        ((string)(await node.TrainAsync(project))["status"]!).ShouldBe("succeeded");
        if (isPromoted)
            await node.PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    private async Task ReadAsync(string path)
    {
        using var patience = new CancellationTokenSource(GivenUpAfter);
        try
        {
            using var _ = await node.Http.GetAsync(path, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // That is what they do.
        }
    }
}
