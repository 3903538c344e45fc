using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>A node with models that loop, take memory or end the process that loads them.</summary>
public sealed class HostileModelTests : IAsyncLifetime
{
    private const string Manifest = """
        task: regression
        label: {name: y}
        schema:
          features:
            - {name: x, type: float}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    private Node? _node;

    private Node Node => _node!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("serving: {max_batch: 1}")]
    public async Task Queries_that_loop_keep_no_other_project_waiting_and_end_at_their_deadline(string serving)
    {
        await StartAsync("--Serving:MaxRunTime", "00:00:20");
        await ServeAsync("loops", Manifest + "\n" + serving, HostileModels.Loop());
        await ServeAsync("other", Manifest, HostileModels.Loop());
        var looping = Enumerable.Range(0, 60).Select(_ => PredictAsync("loops", "1e15", "1500ms")).ToList();

        var since = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
            (await PredictAsync("other", "2", null)).ShouldBe(HttpStatusCode.OK);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));

        (await Task.WhenAll(looping)).ShouldAllBe(status => status == HttpStatusCode.GatewayTimeout);
        since.Restart();
        (await PredictAsync("loops", "2", null)).ShouldBe(HttpStatusCode.OK);
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Query_without_a_deadline_has_the_nodes_and_none_keeps_it_from_stopping()
    {
        await StartAsync("--Serving:MaxRunTime", "00:00:01");
        await ServeAsync("loops", Manifest, HostileModels.Loop());
        (await PredictAsync("loops", "1e15", null)).ShouldBe(HttpStatusCode.GatewayTimeout);
        await Node.DisposeAsync();

        await StartAsync("--Serving:MaxRunTime", "01:00:00");
        var last = PredictAsync("loops", "1e15", null);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        var since = Stopwatch.StartNew();
        await Node.DisposeAsync();
        _node = null;
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await Task.WhenAny(last);
    }

    [Fact]
    public async Task New_model_that_loops_fails_its_job_and_cancel_ends_one_at_once()
    {
        await StartAsync("--Serving:MaxRunTime", "00:00:01");
        var job = await TrainAsync("loops", Manifest, HostileModels.Endless());
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("Serving:MaxRunTime");
        await Node.DisposeAsync();

        await StartAsync("--Serving:MaxRunTime", "01:00:00");
        var endless = await Node.PostAsync("/api/projects/loops/jobs", new { kind = "train" });
        await Node.UntilAsync(
            $"/api/jobs/{endless["id"]}", seen => ((string)seen["message"]!).Contains("schema", StringComparison.Ordinal));
        await Node.PostAsync($"/api/jobs/{endless["id"]}/cancel", new { });
        ((string)(await Node.EndOfAsync((string)endless["id"]!))["status"]!).ShouldBe("cancelled");
        ((string)(await TrainAsync("fine", Manifest, HostileModels.Loop()))["status"]!).ShouldBe("succeeded");
    }

    [Fact]
    public async Task New_model_that_takes_too_much_memory_fails_its_job()
    {
        await StartAsync("--Trainer:CheckMemory", "268435456");
        var job = await TrainAsync("large", Manifest, HostileModels.Zeros(150_000_000));
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("memory");
    }

    [Fact]
    public async Task New_model_that_ends_its_process_fails_its_job()
    {
        await StartAsync("--Trainer:ModelCheck", await CrashAsync());
        var job = await TrainAsync("crashes", Manifest, HostileModels.Loop());
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("signal 11");
    }

    [Fact]
    public async Task Step_that_ended_the_node_too_often_is_not_taken_until_the_project_is_resumed()
    {
        await StartAsync();
        await ServeAsync("crashes", Manifest, HostileModels.Loop());
        await Node.DisposeAsync();

        // What a node leaves that ends in the middle of the load.
        var steps = Path.Combine(_folder, "data", "jobs.steps");
        for (var i = 0; i < 3; i++)
        {
            var step = new { Project = "crashes", Name = "the load of the model 1.0.0:1", Crashes = 0 };
            await File.WriteAllTextAsync(Path.Combine(steps, $"crashes.{i}.running"), JsonSerializer.Serialize(step));
        }

        await StartAsync();
        (await PredictAsync("crashes", "1", null)).ShouldNotBe(HttpStatusCode.OK);
        await Node.UntilAsync(
            "/api/projects/crashes/offline", seen => ((string?)seen["error"])?.Contains("ended 3 times", StringComparison.Ordinal) == true);
        await Node.DisposeAsync();
        await StartAsync();
        (await PredictAsync("crashes", "1", null)).ShouldNotBe(HttpStatusCode.OK);

        await Node.PostAsync("/api/projects/crashes/offline/resume", new { reason = "mended" });
        await Node.UntilAsync("/v2/models/crashes", _ => true);
        (await PredictAsync("crashes", "1", null)).ShouldBe(HttpStatusCode.OK);
        Directory.GetFiles(steps).ShouldBeEmpty();
    }

    [Fact]
    public async Task Model_in_whose_load_the_node_ended_is_looked_at_in_another_process_first()
    {
        await StartAsync();
        await ServeAsync("crashes", Manifest, HostileModels.Loop());
        await Node.DisposeAsync();
        var step = new { Project = "crashes", Name = "the load of the model 1.0.0:1", Crashes = 0 };
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "jobs.steps", "crashes.1.running"), JsonSerializer.Serialize(step));
        await StartAsync("--Trainer:ModelCheck", await CrashAsync());
        var (status, problem) = await Node.TryPostAsync("/api/projects/crashes/predict", """{"rows": [{"x": 1}]}""");
        status.ShouldBe(500);
        ((string)problem["detail"]!).ShouldContain("signal 11");
    }

    private async Task<string> CrashAsync()
    {
        var crash = Path.Combine(_folder, "crash.sh");
        await File.WriteAllTextAsync(crash, "#!/bin/sh\nkill -SEGV $$\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(crash, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return crash;
    }

    private async Task StartAsync(params string[] settings) => _node = await Node.StartWholeAsync(Path.Combine(_folder, "data"), settings);

    private async Task ServeAsync(string project, string manifest, byte[] model)
    {
        var job = await TrainAsync(project, manifest, model);
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        await Node.PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1", reason = "the first" });
        await Node.UntilAsync($"/v2/models/{project}", _ => true);
    }

    private async Task<JsonNode> TrainAsync(string project, string manifest, byte[] model)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, project)).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "progeny.yaml"), $"name: {project}\nversion: 1.0.0\npipeline: {{model: model.onnx}}\n{manifest}");
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.onnx"), model);
        (await Node.PublishAsync(project, folder)).EnsureSuccessStatusCode();
        return await Node.TrainAsync(project);
    }

    private async Task<HttpStatusCode> PredictAsync(string project, string x, string? deadline)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/projects/{project}/predict");
        request.Content = new StringContent($$"""{"rows": [{"x": {{x}}}]}""", Encoding.UTF8, "application/json");
        if (deadline is not null)
            request.Headers.Add("Progeny-Deadline", deadline);
        try
        {
            using var response = await Node.Http.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0; // the node stopped
        }
    }
}
