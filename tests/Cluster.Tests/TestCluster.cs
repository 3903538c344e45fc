using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Cluster.Tests;

/// <summary>Nodes of one cluster as programs on this machine, on a database of a shared PostgreSQL server.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("progeny-cluster-");

    public TestCluster(string database, string id)
    {
        Database = database;
        Id = id;
    }

    /// <summary>The connection string of its database.</summary>
    public string Database { get; }

    /// <summary>Its name.</summary>
    public string Id { get; }

    public List<ClusterNode> Nodes { get; } = [];

    /// <summary>A node that runs.</summary>
    public ClusterNode Any => Nodes.First(node => node.IsRunning);

    /// <summary>The settings that make a process a member.</summary>
    public string[] MemberSettings => ["--Cluster:ConnectionString", Database, "--Cluster:Id", Id];

    /// <summary>Adds a node that is not started yet.</summary>
    public ClusterNode Add(string name, params IReadOnlyList<string> settings)
    {
        var node = new ClusterNode(name, _folder.FullName, [.. MemberSettings, .. settings]);
        Nodes.Add(node);
        return node;
    }

    public ClusterNode Named(string name) => Nodes.Single(node => node.Name == name);

    /// <summary>A path for a test's own files.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Starts all gateways that do not run, and waits until all are ready and know each other.</summary>
    public async Task EnsureAsync()
    {
        await Task.WhenAll(Nodes.Where(node => !node.IsRunning).Select(node => node.StartAsync()));
        await Task.WhenAll(Nodes.Select(node => node.UntilReadyAsync()));
        foreach (var node in Nodes)
            await UntilAsync(node, "all nodes are active", view => Nodes.TrueForAll(other => StateOf(view, other) == "active"));
    }

    /// <summary>Publishes a project whose models give back their feature, trains generations of it, and promotes the first.</summary>
    public async Task ServeAsync(string project, string log, int generations = 1)
    {
        var source = EchoProject.WriteFinished(PathOf(project), project, log: log);
        await Any.Process.PublishAsync(project, source);
        for (var generation = 0; generation < generations; generation++)
            await TrainAsync(project);
        await Any.PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    /// <summary>Trains a generation.</summary>
    /// <returns>The job.</returns>
    public async Task<JsonNode> TrainAsync(string project)
    {
        var job = await Any.PostAsync($"/api/projects/{project}/jobs", new { kind = "train" });
        var ended = await Any.UntilAsync($"/api/jobs/{(string)job["id"]!}", info => info["ended_at"] is not null);
        ((string)ended["status"]!).ShouldBe("succeeded", (string?)ended["message"]);
        return ended;
    }

    /// <summary>Kills a node.</summary>
    /// <param name="survivor">The node that is asked for the members.</param>
    /// <returns>How long it took until the survivor knew, at most.</returns>
    public async Task<TimeSpan> KillAsync(ClusterNode node, ClusterNode survivor)
    {
        await node.KillAsync();
        var since = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // An answer waits for members that do not answer: many are under way at once, and the first that was asked after the change counts.
        ConcurrentBag<TimeSpan> known = [];
        List<Task> looks = [];
        while (known.IsEmpty)
        {
            looks.Add(LookAsync(Stopwatch.GetElapsedTime(since)));
            await Task.Delay(100, stop.Token);
        }

        await Task.WhenAll(looks);
        return known.Min();

        async Task LookAsync(TimeSpan at)
        {
            // Until the death is known, the silo may hold what is asked for the members.
            using var answer = await survivor.Http.GetAsync("/api/cluster");
            if (answer.IsSuccessStatusCode && StateOf(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!, node) is null or "dead")
                known.Add(at);
        }
    }

    /// <summary>Waits until what a node says of the cluster is as wanted.</summary>
    public static async Task<JsonNode> UntilAsync(ClusterNode node, string what, Func<JsonNode, bool> wanted)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = await node.Http.GetAsync("/api/cluster");
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && JsonNode.Parse(text) is { } view && wanted(view))
                return view;
            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(30))
                throw new TimeoutException($"For {node.Name} this did not become true: {what}. It says {text}");
            await Task.Delay(50);
        }
    }

    /// <summary>The state of the newest process of a node in what <c>/api/cluster</c> says; null: it is not there.</summary>
    public static string? StateOf(JsonNode view, ClusterNode node) => (string?)Of(view, node)?["state"];

    /// <summary>What <c>/api/cluster</c> says of a node: of its process that lives, if one does.</summary>
    public static JsonNode? Of(JsonNode view, ClusterNode node) =>
        view["nodes"]!.AsArray().Where(entry => (string)entry!["name"]! == node.Name)
            .OrderBy(entry => (string)entry!["state"]! == "dead").FirstOrDefault();

    /// <summary>The number of grains of a kind on a node.</summary>
    public static int CountOf(JsonNode view, ClusterNode node, string kind) => (int?)Of(view, node)?["activations"]?[kind] ?? 0;

    /// <summary>What the nodes warned of, the last lines.</summary>
    public string Warnings(int lines = 20)
    {
        var warnings =
            from node in Nodes
            from line in node.Output.Split('\n')
            where line.StartsWith("warn", StringComparison.Ordinal) || line.StartsWith("fail", StringComparison.Ordinal)
            select $"{node.Name}: {line}";
        return string.Join('\n', warnings.TakeLast(lines));
    }

    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Dispose();
        _folder.Delete(recursive: true);
    }
}
