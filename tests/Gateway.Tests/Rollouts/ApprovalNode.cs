using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Gateway.Tests.Metrics;
using Progeny.Gateway.Tests.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>A node on which callers have names and roles, with a webhook that answers as a test wants it to, and one that nobody listens at.</summary>
public sealed class ApprovalNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

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
        await Node.DisposeAsync();
        await Receiver.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Publishes a release and makes a generation of it.</summary>
    /// <param name="more">Gates and hooks.</param>
    public async Task MakeAsync(string project, string strategy, string more, string version = "1.0.0")
    {
        using (var response = await Node.PublishAsync(project, ExperimentProject.Write(Path.Combine(folder, $"{project}-{version}"), project, $"strategy: {strategy}", version, more)))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        await TrainAsync(project);
    }

    public async Task TrainAsync(string project) => ((string)(await Node.TrainAsync(project))["status"]!).ShouldBe("succeeded");

    /// <summary>Posts as somebody: a name, then roles and grants.</summary>
    public async Task<(int Status, JsonNode Body)> PostAsync(string caller, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
            Headers = { { NamedCallers.Header, caller } },
        };
        using var client = new HttpClient { BaseAddress = Node.Http.BaseAddress };
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Until a decision of a project is known.</summary>
    public async Task<JsonNode> DecisionAsync(string project, string kind, string text) =>
        (await Node.UntilAsync($"/api/projects/{project}/decisions", decisions => decisions.AsArray().Any(decision => IsWanted(decision!, kind, text))))
        .AsArray().First(decision => IsWanted(decision!, kind, text))!;

    public async Task<string?> ChampionAsync(string project) => (string?)(await Node.GetAsync($"/api/projects/{project}"))["champion"];

    private static bool IsWanted(JsonNode decision, string kind, string text) =>
        (string)decision["kind"]! == kind && ((string)decision["message"]!).Contains(text, StringComparison.Ordinal);

    private async Task StartAsync()
    {
        Node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            services => services.AddSingleton<ICallerProof, NamedCallers>(),
            [
                "--Security:Enabled", "true", "--Experiments:CheckSeconds", "0.2",
                "--Webhooks:ops:Url", Receiver.Url.ToString(), "--Webhooks:ops:Secret", WebhookReceiver.Secret,
                "--Webhooks:dead:Url", "http://127.0.0.1:1/", "--Webhooks:dead:Secret", WebhookReceiver.Secret,
            ]);
        Node.Http.DefaultRequestHeaders.Add(NamedCallers.Header, "key:root admin");
    }
}
