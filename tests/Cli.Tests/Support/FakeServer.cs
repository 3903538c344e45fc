using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Progeny.Core.Experiments;

namespace Progeny.Cli.Tests.Support;

/// <summary>A server on a free port of the loopback that answers as a test tells it to and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Queue<(int Status, string Type, string Body)>> answers = new();

    private FakeServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Url => app.Urls.Single();

    /// <summary>Method and path of each request as they came, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The body of the last request that had one.</summary>
    public byte[] Body { get; private set; } = [];

    public string BodyText => Encoding.UTF8.GetString(Body);

    public string? ContentType { get; private set; }

    /// <summary>The header Authorization of the last request; empty: it had none.</summary>
    public string Authorization { get; private set; } = "";

    public static async Task<FakeServer> StartAsync()
    {
        var server = new FakeServer();
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Answers a request; told more than once, one after the other, the last one for good.</summary>
    public FakeServer Answer(string request, string body, int status = 200, string type = "application/json")
    {
        answers.GetOrAdd(request, _ => new()).Enqueue((status, type, body));
        return this;
    }

    public FakeServer Refuse(string request, int status, string problem) => Answer(request, problem, status, "application/problem+json");

    /// <summary>Runs a command against this server.</summary>
    public Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfConfigured(new Dictionary<string, string?> { ["Server"] = Url }, args);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = $"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}";
        Requests.Enqueue(request);
        Authorization = context.Request.Headers.Authorization.ToString();
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (body.Length > 0)
            (Body, ContentType) = (body.ToArray(), context.Request.ContentType);

        var (status, type, text) = answers.TryGetValue(request, out var queue)
            ? queue.Count > 1 ? queue.Dequeue() : queue.Peek()
            : (404, "text/html", $"<h1>{request} is unknown here</h1>");
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text);
    }
}
