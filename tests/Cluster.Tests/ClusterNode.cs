using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Cluster.Tests;

/// <summary>A node of a cluster by its name: processes end and are started again, its ports for silos and its folder stay.</summary>
internal sealed class ClusterNode(string name, string folder, IReadOnlyList<string> settings) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Those that ended as well: requests to them may still be under way, and their output is read after a failure.
    private readonly List<NodeProcess> _processes = [];

    public string Name => name;

    /// <summary>Where it listens for other silos.</summary>
    public int SiloPort { get; } = FreePort();

    /// <summary>Where it listens for processes without a silo.</summary>
    public int GatewayPort { get; } = FreePort();

    /// <summary>Where the other silos reach it.</summary>
    public string Address => $"127.0.0.1:{SiloPort}";

    /// <summary>Its folder on disk.</summary>
    public string Data => Path.Combine(folder, name);

    public bool IsRunning { get; private set; }

    /// <summary>The process that runs, or was the last to run.</summary>
    public NodeProcess Process => _processes[^1];

    public HttpClient Http => Process.Http;

    /// <summary>All that its processes printed.</summary>
    public string Output => string.Concat(_processes.Select(process => process.Output));

    /// <summary>Starts a gateway, and waits until it listens.</summary>
    public async Task StartAsync() => Add(await NodeProcess.StartAsync(Data, Arguments()));

    /// <summary>Starts a silo without the API, and waits until it is up.</summary>
    public async Task StartSiloAsync() => Add(await NodeProcess.StartSiloAsync(Data, Arguments()));

    /// <summary>SIGKILL.</summary>
    public Task KillAsync()
    {
        IsRunning = false;
        return Process.KillAsync();
    }

    /// <summary>SIGTERM, and the end of the process.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        var exitCode = await Process.TerminateAsync();
        IsRunning = false;
        return exitCode;
    }

    public Task<JsonNode> GetAsync(string path) => Process.GetAsync(path);

    public Task<JsonNode> PostAsync(string path, object body) => Process.PostAsync(path, body);

    /// <summary>All records of a project's query log, newest first.</summary>
    public async Task<List<JsonNode>> ReadLogAsync(string project)
    {
        List<JsonNode> records = [];
        for (var before = ""; ;)
        {
            var page = await GetAsync($"/api/projects/{project}/queries?limit=1000{before}");
            records.AddRange(page["queries"]!.AsArray().Select(record => record!));
            if (page["before"] is not { } next)
                return records;
            before = $"&before={next}";
        }
    }

    /// <summary>Waits until an answer is as wanted; meanwhile the node may say that it cannot answer now (503, 504).</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> wanted)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            using var response = await Http.GetAsync(path);
            var text = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode)
                ((int)response.StatusCode).ShouldBeOneOf([503, 504], $"{name}: {path}: {text}");
            else if (JsonNode.Parse(text) is { } answer && wanted(answer))
                return answer;
            if (Stopwatch.GetElapsedTime(since) > Limit)
                throw new TimeoutException($"{path} of {name} did not become as wanted: {text}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the node is ready.</summary>
    public async Task UntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await IsReadyAsync(limit.Token))
            await Task.Delay(20, limit.Token);
    }

    /// <summary>Whether it says that it is ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Http.GetAsync("/v2/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
            process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Add(NodeProcess process)
    {
        _processes.Add(process);
        IsRunning = true;
    }

    private string[] Arguments() =>
    [
        "--Silo:Name", name, "--Silo:Address", "127.0.0.1", "--Silo:Port", $"{SiloPort}", "--Silo:GatewayPort", $"{GatewayPort}",
        "--Experiments:CheckSeconds", "0.2", "--Metrics:ScoreSeconds", "0.2", "--Metrics:PublishSeconds", "0.5", .. settings,
    ];
}
