using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Progeny.Core.Alerts;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>Takes messages on loopback, or refuses them.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    public const string Secret = "a secret of the tests";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Id, string Signature, string Body)> attempts = new();

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/alerts", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            attempts.Enqueue(
                (request.Headers[WebhookSignature.IdHeader]!, request.Headers[WebhookSignature.Header]!, await reader.ReadToEndAsync()));
            if (Delay > TimeSpan.Zero)
                await Task.Delay(Delay, request.HttpContext.RequestAborted);
            return Results.Text(Body, "application/json", statusCode: Status);
        });
    }

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The body of its answers.</summary>
    public string Body { get; set; } = "";

    /// <summary>How long it takes to answer.</summary>
    public TimeSpan Delay { get; set; }

    public Uri Url => new(new Uri(app.Urls.First()), "/alerts");

    public IReadOnlyList<(string Id, string Signature, string Body)> Attempts => [.. attempts];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until a message has come whose status is as wanted, and returns it.</summary>
    public async Task<JsonNode> UntilAsync(string status, int after = 0)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (Attempts.Skip(after).Select(attempt => JsonNode.Parse(attempt.Body)!)
                .FirstOrDefault(body => (string)body["status"]! == status) is { } message)
                return message;
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
