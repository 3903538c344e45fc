using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>
/// A node that checks experiments often, and an outside world that knows how good each generation is: the models all say x, and the
/// world reports x, or something else, as often as a test wants it to.
/// </summary>
public sealed class ExperimentNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await Node.StartAsync(
        Path.Combine(folder, "data"), FaultyGates.Wrap, ["--Experiments:CheckSeconds", "0.2", "--Metrics:ScoreSeconds", "0.1"]);

    /// <summary>Stops the node and starts it again on what it has stored.</summary>
    public async Task RestartAsync()
    {
        await Node.DisposeAsync();
        await InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Publishes a release whose metric <c>hit</c> is 1 where the outcome is what was predicted.</summary>
    /// <param name="rollout">The members of <c>serving.rollout</c>.</param>
    /// <param name="operation">What its model does with x.</param>
    /// <param name="hit">The SQL of its metric.</param>
    public async Task PublishAsync(
        string project,
        string rollout,
        string version = "1.0.0",
        string more = "",
        string operation = "Identity",
        string hit = "CASE WHEN abs(value - outcome) < 1 THEN 1 ELSE 0 END")
    {
        var source = ExperimentProject.Write(Path.Combine(folder, $"{project}-{version}"), project, rollout, version, more, hit: hit);
        await File.WriteAllBytesAsync(Path.Combine(source, "model.onnx"), EchoModel.ToBytes(operation));
        using var response = await Node.PublishAsync(project, source);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// Trains a generation, which is proposed when its job has ended: the first one is in production then, unless somebody has to promote
    /// it.
    /// </summary>
    public async Task<string> TrainAsync(string project, bool isExplicit = false)
    {
        var job = await Node.TrainAsync(project);
        ((string)job["status"]!).ShouldBe("succeeded", (string?)job["message"]);
        if (!isExplicit)
            await Node.UntilAsync($"/api/projects/{project}", info => info["champion"] is not null);
        return ((string)job["generation"]!).Split('@')[1];
    }

    /// <summary>Asks, and reports what came true.</summary>
    /// <param name="hits">How often a generation is right, by its version.</param>
    /// <returns>How many rows each version answered.</returns>
    public Task<Dictionary<string, int>> ServeAsync(string project, int rows, Func<string, double> hits, Random random) =>
        ExperimentProject.ServeAsync(Node.Http, project, rows, hits, random);

    /// <summary>Serves until an experiment is as wanted.</summary>
    public async Task<JsonNode> ServeUntilAsync(
        string project, string experiment, Func<string, double> hits, Func<JsonNode, bool> wanted, int seed, int most = 6_000)
    {
        var random = new Random(seed);
        await Node.UntilAsync($"/api/projects/{project}/experiments/{experiment}", info => (string)info["status"]! != "starting");
        for (var served = 0; served < most; served += 50)
        {
            var info = await Node.GetAsync($"/api/projects/{project}/experiments/{experiment}");
            if (wanted(info))
                return info;
            await ServeAsync(project, 50, hits, random);
        }

        return await Node.UntilAsync($"/api/projects/{project}/experiments/{experiment}", wanted);
    }

    /// <summary>Until the outcomes that an arm's statistics know are as many as wanted.</summary>
    public Task<JsonNode> UntilCountedAsync(string project, string experiment, long outcomes) => Node.UntilAsync(
        $"/api/projects/{project}/experiments/{experiment}",
        info => info["arms"]!.AsArray().Sum(arm => (long)arm!["outcomes"]!) == outcomes);

    public async Task<string?> ChampionAsync(string project) => (string?)(await Node.GetAsync($"/api/projects/{project}"))["champion"];

    /// <summary>Until a decision of a project is known.</summary>
    public async Task<JsonNode> UntilDecidedAsync(string project, Func<JsonNode, bool> wanted) =>
        (await Node.UntilAsync(
            $"/api/projects/{project}/decisions", decisions => decisions.AsArray().Any(decision => wanted(decision!)))).AsArray()
                .First(decision => wanted(decision!))!;

    public async Task<List<JsonNode>> DecisionsAsync(string project, string? experiment = null) =>
        [
            .. (await Node.GetAsync(
                $"/api/projects/{project}/decisions{(experiment is null ? "" : $"?experiment={experiment}")}")).AsArray()
                    .Select(decision => decision!),
        ];
}
