using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>Clients that ask one query after the other, and write down what was acknowledged when.</summary>
internal sealed class QueryStream
{
    private const int Clients = 4;

    // The promise is about a node that keeps up, not about one that its own clients starve of the processor.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly HttpClient http;
    private readonly string project;
    private readonly Task clients;
    private readonly ConcurrentDictionary<string, long> acknowledged = new();
    private readonly Stopwatch since = Stopwatch.StartNew();
    private volatile bool stopping;

    public QueryStream(HttpClient http, string project)
    {
        this.http = http;
        this.project = project;
        clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => AskAsync(client))));
    }

    public int Count => acknowledged.Count;

    /// <summary>Waits until the clients have asked for a while, and so many queries were acknowledged.</summary>
    public async Task UntilAsync(TimeSpan time, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (since.Elapsed < time || Count < count)
            await Task.Delay(5, patience.Token);
    }

    /// <summary>Waits until the clients have noticed that the node is gone.</summary>
    public async Task EndAsync()
    {
        stopping = true;
        await clients.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>The queries acknowledged before a moment.</summary>
    public IEnumerable<string> AcknowledgedBefore(long timestamp) =>
        acknowledged.Where(query => query.Value <= timestamp).Select(query => query.Key);

    /// <summary>The ids of all queries that a node has in its log; each was asked once and must be there once.</summary>
    public static async Task<HashSet<string>> LoggedAsync(NodeProcess node, string project)
    {
        var ids = new HashSet<string>();
        for (string before = ""; ;)
        {
            var page = await node.GetAsync($"/api/projects/{project}/queries?limit=1000{before}");
            foreach (var query in page["queries"]!.AsArray())
                ids.Add((string)query!["query_id"]!).ShouldBeTrue($"'{query!["query_id"]}' is in the log twice");
            if (page["before"] is not { } next)
                return ids;
            before = $"&before={next}";
        }
    }

    private async Task AskAsync(int client)
    {
        for (var i = 0; !stopping; i++)
        {
            var id = $"{client}-{i}";
            try
            {
                using var response = await http.PostAsJsonAsync(
                    $"/api/projects/{project}/predict", new { rows = new[] { new { x = 0.5 } }, query_id = id });
                if (!response.IsSuccessStatusCode)
                    return;
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                acknowledged[(string)answer["predictions"]![0]!["query_id"]!] = Stopwatch.GetTimestamp();
                await Task.Delay(Pause);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }
}
