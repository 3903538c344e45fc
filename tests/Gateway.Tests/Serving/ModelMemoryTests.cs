using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Models make room for each other under a budget, but for those that a plan names.</summary>
public sealed class ModelMemoryTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    private Node node = null!;

    [Theory]
    [InlineData("1.0.0:2")]
    [InlineData("1.0.0:1")]
    public async Task Model_that_was_asked_for_once_is_unloaded_where_the_plans_own_fills_the_budget(string asked)
    {
        (await LoadedAsync()).ShouldBe(1);
        (await node.TryPostAsync($"/api/projects/echo/versions/{asked}/predict", """{"rows": [{"x": 2}]}""")).Status.ShouldBe(200);
        (await LoadedAsync()).ShouldBe(1);
        (await node.TryPostAsync("/api/projects/echo/predict", """{"rows": [{"x": 2}]}""")).Status.ShouldBe(200);
    }

    public async Task InitializeAsync()
    {
        node = await Node.StartAsync(Path.Combine(folder, "data"), "--Serving:ModelMemory", "1");
        (await node.PublishAsync("echo", EchoProject.WriteFinished(Path.Combine(folder, "echo"), "echo"))).Dispose();
        for (var generation = 1; generation <= 2; generation++)
            ((string)(await node.TrainAsync("echo"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/echo/promotions", new { version = "1.0.0:1" });
        (await node.TryPostAsync("/api/projects/echo/predict", """{"rows": [{"x": 1}]}""")).Status.ShouldBe(200);
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<int> LoadedAsync()
    {
        var metrics = await node.Http.GetStringAsync("/metrics");
        return int.Parse(
            metrics.Split('\n').Single(line => line.StartsWith("progeny_models_loaded{", StringComparison.Ordinal)).Split(' ')[1]);
    }
}
