using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>A client of a stream of server-sent events.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
    private readonly HttpResponseMessage response;
    private readonly StreamReader reader;

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        this.response = response;
        reader = new StreamReader(stream);
    }

    public string? ContentType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The comments so far, among them the heartbeats.</summary>
    public List<string> Comments { get; } = [];

    public static async Task<EventReader> OpenAsync(HttpClient http, string path)
    {
        var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        ((int)answer.StatusCode).ShouldBe(200);
        var events = new EventReader(answer, await answer.Content.ReadAsStreamAsync());
        (await events.reader.ReadLineAsync(events.patience.Token)).ShouldBe(": listening");
        return events;
    }

    /// <summary>The next event, its name and its data; null: the stream has ended.</summary>
    public async Task<(string Name, JsonNode Data)?> NextAsync()
    {
        var (name, data) = ("message", "");
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith(':'))
                Comments.Add(line);
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data += line[6..];
            else if (line.Length == 0 && data.Length > 0)
                return (name, JsonNode.Parse(data)!);
        }

        return null;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
        patience.Dispose();
    }
}
