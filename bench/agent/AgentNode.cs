using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Core.Releases.Packages;
using Progeny.Gateway;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Agent.Bench;

/// <summary>A node in this process with a project for each mode of the log, whose model is one node of ONNX Runtime.</summary>
internal sealed class AgentNode : IAsyncDisposable
{
    public const int Features = 10;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-bench-");
    private readonly WebApplication app;

    private AgentNode() => app = GatewayApp.Build(
        ["--urls", "http://127.0.0.1:0", "--Data", Path.Combine(folder.FullName, "data"), "--Logging:LogLevel:Default", "Warning"]);

    public IServiceProvider Services => app.Services;

    /// <summary>Ten inputs of one column each, as the built-in trainer's models have them; the first is the prediction.</summary>
    public static byte[] Model { get; } = Model(Graph(
    [
        Node("Identity", ["f0"], ["value"]),
        .. Enumerable.Range(0, Features).Select(i => Input($"f{i}", Tensor(TensorElementType.Float, ["n", 1]))),
        Output("value", Tensor(TensorElementType.Float, ["n", 1])),
    ]));

    public static string ProjectName(string log) => $"bench-{log}";

    public static async Task<AgentNode> StartAsync(params string[] logs)
    {
        var node = new AgentNode();
        await node.app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(node.app.Urls.First()) };
        foreach (var log in logs)
            await node.MakeAsync(http, log);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task MakeAsync(HttpClient http, string log)
    {
        var name = ProjectName(log);
        var project = folder.CreateSubdirectory(name).FullName;
        var features = string.Join(", ", Enumerable.Range(0, Features).Select(i => $"{{name: f{i}, type: float}}"));
        await File.WriteAllTextAsync(
            Path.Combine(project, "progeny.yaml"),
            $"name: {name}\nversion: 1.0.0\ntask: regression\nschema: {{features: [{features}]}}\nlabel: {{name: y}}\npipeline: {{model: "
                + $"model.onnx}}\nserving: {{log: {log}}}\n");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), Model);
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(project, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/zip");
        await ReadAsync(await http.PostAsync($"/api/projects/{name}/releases", content));
        var job = await ReadAsync(await http.PostAsJsonAsync($"/api/projects/{name}/jobs", new { kind = "train" }));
        while (job["ended_at"] is null)
        {
            await Task.Delay(20);
            job = await ReadAsync(await http.GetAsync($"/api/jobs/{job["id"]}"));
        }

        await ReadAsync(await http.PostAsJsonAsync($"/api/projects/{name}/promotions", new { version = "1.0.0:1" }));
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException(text);
        }
    }
}
