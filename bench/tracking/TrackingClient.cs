using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Progeny.Tracking.Bench;

/// <summary>A client of the tracking API.</summary>
internal sealed class TrackingClient(Uri address) : IDisposable
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address };

    public void Dispose() => _http.Dispose();

    public async Task<JsonNode> PostAsync(string path, string body) => JsonNode.Parse(await SendAsync(path, Encoding.UTF8.GetBytes(body)))!;

    /// <summary>Sends a request and returns the body of its answer.</summary>
    public async Task<byte[]> SendAsync(string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = _json;
        using var response = await _http.PostAsync(new Uri($"/api/2.0/mlflow/{path}", UriKind.Relative), content);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {Encoding.UTF8.GetString(answer)}");
    }

    public async Task<string> CreateExperimentAsync(string name) =>
        (string)(await PostAsync("experiments/create", $$"""{"name":"{{name}}"}"""))["experiment_id"]!;

    public async Task<string> CreateRunAsync(string experiment, long start = 0) => (string)(await PostAsync(
        "runs/create", $$"""{"experiment_id":"{{experiment}}","start_time":{{start}}}"""))["run"]!["info"]!["run_id"]!;
}
