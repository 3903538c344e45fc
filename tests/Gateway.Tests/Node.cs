using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training.Checks;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Gateway.Tests;

/// <summary>A whole node on a free port of loopback, with a data folder of its own.</summary>
public sealed class Node : IAsyncDisposable
{
    private readonly WebApplication app;

    private Node(WebApplication app, string data)
    {
        this.app = app;
        Data = data;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public string Data { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Starts a node that checks new models in its own process, which saves each training a program's start.</summary>
    public static Task<Node> StartAsync(string data, params string[] settings) => StartAsync(data, _ => { }, settings);

    /// <summary>The same with other services than a node has.</summary>
    public static Task<Node> StartAsync(string data, Action<IServiceCollection> change, string[] settings) => StartWholeAsync(
        data,
        settings,
        services =>
        {
            services.Replace(ServiceDescriptor.Singleton<IModelCheck>(provider => new LocalModelCheck(
                provider.GetRequiredService<RuleCompiler>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ModelWatchdog>())));
            change(services);
        });

    /// <summary>Starts a node as users start it, but for what is changed.</summary>
    public static async Task<Node> StartWholeAsync(string data, string[] settings, Action<IServiceCollection>? change = null)
    {
        var built = GatewayApp.Build(
            [
                "--urls",
                "http://127.0.0.1:0",
                "--Data",
                data,
                "--Logging:LogLevel:Default",
                "Warning",
                "--Trainer:LowPriority",
                "false",
                .. NodeProcess.Unsandboxed,
                .. settings,
            ], change);
        await built.StartAsync();
        return new Node(built, data);
    }

    public async Task<HttpResponseMessage> PublishAsync(string project, string folder)
    {
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(folder, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/zip");
        return await Http.PostAsync($"/api/projects/{project}/releases", content);
    }

    /// <summary>Trains the newest release and returns the job when it has ended.</summary>
    public async Task<JsonNode> TrainAsync(string project)
    {
        var job = await PostAsync($"/api/projects/{project}/jobs", new { kind = "train" });
        return await EndOfAsync((string)job["id"]!);
    }

    public async Task<JsonNode> EndOfAsync(string job)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var info = await GetAsync($"/api/jobs/{job}");
            if ((string)info["status"]! is "succeeded" or "failed" or "cancelled")
                return info;
            await Task.Delay(50, patience.Token);
        }
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        return await ReadAsync(response);
    }

    /// <summary>Posts a text as it is and returns the status with the answer.</summary>
    public async Task<(int Status, JsonNode Body)> TryPostAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(path, content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Puts a text as it is and returns the status with the answer.</summary>
    public async Task<(int Status, JsonNode Body)> TryPutAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.PutAsync(path, content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Asks until the answer is as wanted: logs are written, and plans polled, a moment later.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var response = await Http.GetAsync(path, patience.Token);
            if (response.IsSuccessStatusCode && JsonNode.Parse(await response.Content.ReadAsStringAsync(patience.Token)) is { } body
                && wanted(body))
                return body;
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{(int)response.StatusCode} {response.RequestMessage!.RequestUri}: {text}");
        return JsonNode.Parse(text) ?? throw new JsonException("null");
    }
}
