using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Progeny.Replay.Feeds;
using Progeny.Replay.Lifecycle;

namespace Progeny.Replay.Serving;

/// <summary>A node's API, as far as the replay needs it. Every method throws <see cref="NodeException"/>.</summary>
internal sealed class NodeClient(Uri node, string project) : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly HttpClient _http = new() { BaseAddress = node, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Waits until the node answers queries.</summary>
    public async Task WaitUntilReadyAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await SendAsync(HttpMethod.Get, "/v2/health/ready", null, cancellationToken);
                return;
            }
            catch (NodeException) when (time.GetElapsedTime(started) < patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            }
        }
    }

    /// <summary>The project, or null where the node does not know it.</summary>
    public async Task<ProjectState?> FindProjectAsync(CancellationToken cancellationToken) =>
        (await GetAsync<ProjectState[]>("/api/projects", cancellationToken)).FirstOrDefault(state => state.Name == project);

    public async Task PublishAsync(Stream package, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(package);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        await SendAsync(HttpMethod.Post, $"/api/projects/{project}/releases", content, cancellationToken);
    }

    /// <summary>The project's jobs, newest first.</summary>
    public Task<JobState[]> ListJobsAsync(CancellationToken cancellationToken) => GetAsync<JobState[]>($"/api/projects/{project}/jobs", cancellationToken);

    public Task<JobState> GetJobAsync(string id, CancellationToken cancellationToken) => GetAsync<JobState>($"/api/jobs/{id}", cancellationToken);

    /// <summary>Starts a training.</summary>
    public Task<JobState> TrainAsync(CancellationToken cancellationToken) =>
        PostAsync<JobState>($"/api/projects/{project}/jobs", new { kind = "train", by = "the replay" }, cancellationToken);

    /// <summary>What was decided about the project last, the newest first.</summary>
    public Task<DecisionState[]> ListDecisionsAsync(int limit, CancellationToken cancellationToken) =>
        GetAsync<DecisionState[]>($"/api/projects/{project}/decisions?limit={limit}", cancellationToken);

    /// <summary>Asks about a flight: what a passenger knows before departure. Facts about the airports are the node's to find.</summary>
    public async Task<FlightAnswer> PredictAsync(Flight flight, CancellationToken cancellationToken)
    {
        var row = new { flight.Hour, flight.Weekday, flight.Distance, flight.Origin, flight.Destination };
        var answer = await PostAsync<PredictAnswer>($"/api/projects/{project}/predict", new { rows = new[] { row }, query_id = QueryIdOf(flight) }, cancellationToken);
        return new() { Flight = flight.Id, Version = answer.Version, Late = answer.Predictions[0].Probabilities["1"], Reported = 0 };
    }

    /// <summary>Reports what became of flights.</summary>
    /// <returns>How many of them are not in the node's log of queries.</returns>
    public async Task<int> ReportAsync(IReadOnlyList<Flight> flights, CancellationToken cancellationToken)
    {
        var outcomes = flights.Select(flight => new { query_id = QueryIdOf(flight), outcome = flight.Late == 1 ? "1" : "0" });
        return (await PostAsync<Receipt>($"/api/projects/{project}/outcomes", new { outcomes }, cancellationToken)).Unmatched;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The client's own id of a query: the same flight is the same query, also when it is asked about again after a crash.</summary>
    private static string QueryIdOf(Flight flight) => $"flight-{flight.Id}";

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        Read<T>(await SendAsync(HttpMethod.Get, path, null, cancellationToken));

    private async Task<T> PostAsync<T>(string path, object body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body, options: s_json);
        return Read<T>(await SendAsync(HttpMethod.Post, path, content, cancellationToken));
    }

    private static T Read<T>(byte[] body) => JsonSerializer.Deserialize<T>(body, s_json)!;

    private async Task<byte[]> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await _http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? body : throw new NodeException(Explain(path, (int)response.StatusCode, body), unreachable: false);
        }
        catch (HttpRequestException exception)
        {
            throw new NodeException($"The node at {node} does not answer: {exception.Message}", unreachable: true, exception);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException($"The node at {node} did not answer {path} within {_http.Timeout.TotalSeconds} s.", unreachable: true, exception);
        }
    }

    /// <summary>The detail of a problem document, or else the status.</summary>
    private static string Explain(string path, int status, byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            if (problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { } text)
                return text;
        }
        catch (JsonException)
        {
            // Not every answer of a web server is JSON; the status says enough.
        }

        return $"The node answered {path} with status {status}.";
    }

    private sealed record PredictAnswer(string Version, IReadOnlyList<PredictedRow> Predictions);

    private sealed record PredictedRow(IReadOnlyDictionary<string, double> Probabilities);

    private sealed record Receipt(int Unmatched);
}
