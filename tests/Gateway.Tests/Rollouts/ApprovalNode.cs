using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Metrics;
using Progeny.Gateway.Tests.Security;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>
/// A node on which callers have names and roles, with a webhook that answers as a test wants it to, and one that nobody listens at.
/// </summary>
public sealed class ApprovalNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly Dictionary<string, string> keys = [];

    // The node's own client sends the first key.
    private readonly HttpClient plain = new();

    public Node Node { get; private set; } = null!;

    internal WebhookReceiver Receiver { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Receiver = await WebhookReceiver.StartAsync();
        await StartAsync();
    }

    /// <summary>Stops the node and starts it again on what it has stored.</summary>
    public async Task RestartAsync()
    {
        await Node.DisposeAsync();
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        plain.Dispose();
        await Node.DisposeAsync();
        await Receiver.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Publishes a release and makes a generation of it.</summary>
    /// <param name="more">Gates and hooks.</param>
    public async Task MakeAsync(string project, string strategy, string more, string version = "1.0.0")
    {
        using (var response = await Node.PublishAsync(
            project,
            ExperimentProject.Write(Path.Combine(folder, $"{project}-{version}"), project, $"strategy: {strategy}", version, more)))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        await TrainAsync(project);
    }

    public async Task TrainAsync(string project) => ((string)(await Node.TrainAsync(project))["status"]!).ShouldBe("succeeded");

    /// <summary>Posts as somebody: the name of a key, then its roles and grants.</summary>
    public async Task<(int Status, JsonNode Body)> PostAsync(string caller, string path, object body)
    {
        if (!keys.TryGetValue(caller, out var key))
        {
            var words = caller.Split(' ');
            keys[caller] = key = (string)(await Node.PostAsync("/api/keys", new { name = words[0], allow = words[1..] }))["secret"]!;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Node.Http.BaseAddress!, path))
        {
            Content = JsonContent.Create(body),
            Headers = { Authorization = SecuredNode.Bearer(key) },
        };
        using var response = await plain.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Until a decision of a project is known.</summary>
    public async Task<JsonNode> DecisionAsync(string project, string kind, string text) =>
        (await Node.UntilAsync(
            $"/api/projects/{project}/decisions", decisions => decisions.AsArray().Any(decision => IsWanted(decision!, kind, text))))
        .AsArray().First(decision => IsWanted(decision!, kind, text))!;

    public async Task<string?> ChampionAsync(string project) => (string?)(await Node.GetAsync($"/api/projects/{project}"))["champion"];

    private static bool IsWanted(JsonNode decision, string kind, string text) =>
        (string)decision["kind"]! == kind && ((string)decision["message"]!).Contains(text, StringComparison.Ordinal);

    private async Task StartAsync()
    {
        var file = Path.Combine(folder, "admin.key");
        Node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            "--Security:Enabled", "true", "--Security:AdminKeyFile", file, "--Experiments:CheckSeconds", "0.2", "--Webhooks:AllowedNetworks", "127.0.0.1/32",
            "--Webhooks:ops:Url", Receiver.Url.ToString(), "--Webhooks:ops:Secret", WebhookReceiver.Secret,
            "--Webhooks:dead:Url", "http://127.0.0.1:1/", "--Webhooks:dead:Secret", WebhookReceiver.Secret);
        Node.Http.DefaultRequestHeaders.Authorization = SecuredNode.Bearer((await File.ReadAllTextAsync(file)).Trim());
    }
}
