using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Rollouts;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>
/// A node with projects of two releases each. 1.0.0 answers x. 1.1.0 reads a field more, y, and answers the square root of x: it fails
/// where x is below 0.
/// </summary>
public class RolloutNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    private readonly TcpListener hung = new(IPAddress.Loopback, 0);

    public Node Node { get; private set; } = null!;

    public string Data => Path.Combine(folder, "data");

    public async Task InitializeAsync()
    {
        // Whoever connects to it is taken by the system and never answered.
        hung.Start();
        Node = await StartFedAsync();
    }

    /// <summary>Publishes and trains a project; 1.0.0:1 is its champion <c>a</c>.</summary>
    /// <param name="serving">The section of the manifest.</param>
    public async Task MakeAsync(string project, string serving = "{log: fast}")
    {
        await ReleaseAsync(
            project, "1.0.0", "- {name: x, type: float}", serving, "", Model(Graph(Op("Identity", "x", "value"), Column("x"), Value())));
        await ReleaseAsync(
            project, "1.1.0", "- {name: x, type: float}\n    - {name: y, type: float, nullable: true}", serving, "",
            Model(Graph(Op("Sqrt", "x", "value"), Column("x"), Column("y"), Value())));
        await SetAsync(project, """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}]}""");
    }

    public async Task<JsonNode> SetAsync(string project, string plan)
    {
        var (status, body) = await Node.TryPutAsync($"/api/projects/{project}/rollout", plan);
        status.ShouldBe(200, body.ToJsonString());
        return body;
    }

    /// <summary>Sets a plan and waits until the node follows it.</summary>
    public async Task<JsonNode> SetAndWaitAsync(string project, string plan)
    {
        await SetAsync(project, plan);
        return await Node.UntilAsync($"/api/projects/{project}/rollout", shown => (bool)shown["in_force"]!);
    }

    public async Task<JsonNode> PredictAsync(string project, string body, int expected = 200)
    {
        var (status, answer) = await Node.TryPostAsync($"/api/projects/{project}/predict", body);
        status.ShouldBe(expected, answer.ToJsonString());
        return answer;
    }

    /// <summary>Who a key meets by a plan as the API shows it.</summary>
    public static string ArmOf(JsonNode plan, string key)
    {
        ImmutableArray<RolloutArm> arms = [
            .. plan["arms"]!.AsArray().Select(arm => new RolloutArm((string)arm!["name"]!, new("p", "1.0.0", 1), (double)arm["weight"]!)),
        ];
        ImmutableArray<BucketRange> buckets = [
            .. plan["buckets"]!.AsArray().Select(range => new BucketRange((int)range!["from"]!, (int)range["to"]!, (string)range["arm"]!)),
        ];
        return arms[new Selection((string)plan["project"]!, arms, buckets).Choose(key)].Name;
    }

    /// <summary>A key that meets an arm.</summary>
    public static string KeyOf(JsonNode plan, string arm, string prefix = "c") =>
        Enumerable.Range(0, 10_000).Select(i => $"{prefix}{i}").First(key => ArmOf(plan, key) == arm);

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        hung.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public async Task RestartAsync(Action change)
    {
        await Node.DisposeAsync();
        change();
        Node = await StartFedAsync();
    }

    /// <summary>Publishes and trains 1.2.0 of a project, which needs a feature from a feed that is gone.</summary>
    public Task ReleaseUnfedAsync(string project) => ReleaseAsync(
        project, "1.2.0", "- {name: x, type: float}\n    - {name: rating, type: float}", "{log: fast}",
        "augment: [{name: ratings, feed: gone, features: [rating], query: 'SELECT rating FROM ratings WHERE id = :customer'}]",
        Model(Graph(Op("Identity", "x", "value"), Column("x"), Column("rating"), Value())));

    /// <summary>Publishes and trains 1.3.0 of a project, which waits two seconds for a feed with every query.</summary>
    public Task ReleaseSlowAsync(string project) => ReleaseAsync(
        project, "1.3.0", "- {name: x, type: float}\n    - {name: rating, type: float}", "{log: fast}",
        "augment: [{name: ratings, feed: slow, features: [rating], query: 'SELECT rating FROM ratings WHERE id = :customer', default: "
            + "{rating: 3}, deadline: 2s, cache: 0ms}]",
        Model(Graph(Op("Identity", "x", "value"), Column("x"), Column("rating"), Value())));

    /// <summary>Publishes and trains a release like 1.0.0 of a project, with a model that no other has.</summary>
    public Task ReleaseOwnAsync(string project, string version) => ReleaseAsync(
        project,
        version,
        "- {name: x, type: float}",
        "{log: fast}",
        "",
        Model(Graph(Op("Identity", "x", "value"), Column("x"), Value()), Metadata("of", $"{project} {version}")));

    protected virtual Task<Node> StartAsync(params string[] settings) => Node.StartAsync(Data, settings);

    private Task<Node> StartFedAsync() => StartAsync(
        "--Feeds:slow:Kind", "postgresql", "--Feeds:slow:ConnectionString", $"Host=127.0.0.1;Port={((IPEndPoint)hung.LocalEndpoint).Port};Username=nobody;Database=none",
        "--Feeds:gone:Kind", "sqlite", "--Feeds:gone:ConnectionString", $"Data Source={Path.Combine(folder, "gone.db")}");

    private async Task ReleaseAsync(string project, string version, string features, string serving, string more, byte[] model)
    {
        var source = Directory.CreateDirectory(Path.Combine(folder, $"{project}-{version}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "progeny.yaml"), $$"""
            name: {{project}}
            version: {{version}}
            task: regression
            label: {name: value}
            entity: customer
            schema:
              features:
                {{features}}
            pipeline: {model: model.onnx}
            serving: {{serving}}
            {{more}}
            """);
        await File.WriteAllBytesAsync(Path.Combine(source, "model.onnx"), model);
        using var response = await Node.PublishAsync(project, source);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        var job = await Node.TrainAsync(project);
        ((string)job["status"]!).ShouldBe("succeeded", (string?)job["message"]);
    }

    private static Part Op(string type, string input, string output) => OnnxModel.Node(type, [input], [output]);

    private static Part Column(string name) => Input(name, Tensor(TensorElementType.Float, ["n", 1]));

    private static Part Value() => Output("value", Tensor(TensorElementType.Float, ["n", 1]));
}
