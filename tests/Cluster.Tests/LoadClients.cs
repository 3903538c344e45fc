using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Progeny.Cluster.Tests;

/// <summary>Clients of a balancer that ask under ids of their own, report some outcomes, and keep what was acknowledged.</summary>
internal sealed class LoadClients
{
    /// <summary>One query in so many gets an outcome.</summary>
    private const int OutcomeEvery = 4;

    // Two cores run the nodes, the database and these clients: it is not the throughput that is tested.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(20);

    private readonly Balancer _balancer;
    private readonly string _project;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clients;
    private int _reportsRepeated;

    public LoadClients(Balancer balancer, string project, int clients)
    {
        _balancer = balancer;
        _project = project;
        _clients = Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => RunAsync(client))));
    }

    /// <summary>The acknowledged queries by id: which version answered, and whether a second node had to be asked.</summary>
    public ConcurrentDictionary<string, (string Version, bool IsRepeated)> Acknowledged { get; } = new();

    /// <summary>The queries whose outcome was acknowledged.</summary>
    public ConcurrentDictionary<string, bool> Reported { get; } = new();

    /// <summary>Predictions that a client did not get, and outcomes that could not be reported at all.</summary>
    public ConcurrentQueue<string> Failed { get; } = new();

    /// <summary>The slowest answers, with what happened when they came.</summary>
    public ConcurrentQueue<(TimeSpan Took, string Node)> Slow { get; } = new();

    /// <summary>How often an outcome had to be reported again.</summary>
    public int ReportsRepeated => _reportsRepeated;

    public TimeSpan Slowest => Slow.Select(slow => slow.Took).DefaultIfEmpty().Max();

    /// <summary>Ends the clients; each waits for its last answer.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _clients;
        _stop.Dispose();
    }

    private async Task RunAsync(int client)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            var id = $"c{client}-{number}";
            var answer = await _balancer.PostAsync(
                $"/api/projects/{_project}/predict", new { query_id = id, rows = new[] { new { x = number % 7 } } }, again: true);
            if (answer.Took > TimeSpan.FromMilliseconds(500))
                Slow.Enqueue((answer.Took, answer.Node));
            if (answer.Status != 200)
            {
                Failed.Enqueue(
                    $"{DateTime.UtcNow:HH:mm:ss.fff} {id} {answer.Described}");
                continue;
            }

            Acknowledged[id] = ((string)JsonNode.Parse(answer.Text)!["version"]!, answer.IsRepeated);
            if (number % OutcomeEvery == 0)
                await ReportAsync(id, number % 7);
            await Task.Delay(Pause);
        }
    }

    /// <summary>Reports until it is acknowledged, as a client does that must not lose an outcome.</summary>
    private async Task ReportAsync(string id, int outcome)
    {
        for (var since = Stopwatch.GetTimestamp(); ; Interlocked.Increment(ref _reportsRepeated))
        {
            var answer = await _balancer.PostAsync(
                $"/api/projects/{_project}/outcomes", new { outcomes = new[] { new { query_id = id, outcome } } }, again: false);
            if (answer.Status == 200)
            {
                Reported[id] = true;
                return;
            }

            if (Stopwatch.GetElapsedTime(since) > OutcomeLimit)
            {
                Failed.Enqueue($"the outcome of {id} on {answer.Node}: {answer.Status} {answer.Text}");
                return;
            }

            await Task.Delay(Pause);
        }
    }
}
