using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Gateway.Tests.Rollouts;
using Progeny.Storage.Hosting;
using Progeny.Storage.Releases;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>
/// The data folder of a node that has served, got outcomes, and ended one experiment while another still ran; and a PostgreSQL for
/// clusters.
/// </summary>
public sealed class MovedNode : IAsyncLifetime
{
    /// <summary>A project whose experiment has ended, and one whose experiment runs, with a durable log.</summary>
    public static readonly string[] Projects = ["ended", "running"];

    private const string AbTest = "strategy: abtest, metric: hit, goal: maximize, share: 0.5, outcomes: 100";
    private static readonly string[] Settings = [
        "--Experiments:CheckSeconds",
        "0.2",
        "--Metrics:ScoreSeconds",
        "0.1",
        "--Metrics:PublishSeconds",
        "0.1",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private PostgresServer server = null!;
    private int databases;

    /// <summary>The data folder of the node, which has stopped.</summary>
    public string Data => PathOf("data");

    /// <summary>What the node answered.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; private set; } = null!;

    public string PathOf(string name) => Path.Combine(folder, name);

    public async Task InitializeAsync()
    {
        server = await PostgresServer.StartNewAsync();
        await using var node = await Node.StartAsync(Data, Settings);
        foreach (var project in Projects)
        {
            var rollout = project == "ended" ? AbTest : AbTest.Replace("100", "100000", StringComparison.Ordinal);
            using var response = await node.PublishAsync(
                project, ExperimentProject.Write(PathOf(project), project, rollout, log: project == "running" ? "durable" : "fast"));
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
            await TrainAsync(node, project);
            await node.UntilAsync($"/api/projects/{project}", info => info["champion"] is not null);
            await TrainAsync(node, project);
            await node.UntilAsync($"/api/projects/{project}/experiments/abtest-1", info => (string)info["status"]! == "running");
            await ServeAsync(
                node, project, project == "ended" ? info => (string)info["status"]! == "ended" : info => Outcomes(info) >= 50);
        }

        foreach (var file in new[] { "code,price\n007,1.50\n", "code,price\n8,2.25\n" })
        {
            using var put = await node.Http.PostAsync("/api/datasets/orders?append=true", new StringContent(file, null, "text/csv"));
            put.IsSuccessStatusCode.ShouldBeTrue(await put.Content.ReadAsStringAsync());
        }

        await TrackAsync(node);
        Answers = await AnswersAsync(node);
    }

    private static async Task TrackAsync(Node node)
    {
        const string Api = "/api/2.0/mlflow";
        var run = (string)(await node.PostAsync($"{Api}/runs/create", new { experiment_id = "0" }))["run"]!["info"]!["run_id"]!;
        await node.PostAsync($"{Api}/runs/log-batch", new
        {
            run_id = run,
            metrics = new[] { new { key = "m", value = "NaN", timestamp = 1, step = 1 }, new { key = "m", value = "2", timestamp = 1, step = 2 } },
            @params = new[] { new { key = "p", value = "1" } },
        });
        await node.PostAsync($"{Api}/registered-models/create", new { name = "moved" });
        await node.PostAsync($"{Api}/model-versions/create", new { name = "moved", source = $"runs:/{run}/model", run_id = run });
        await node.PostAsync($"{Api}/registered-models/alias", new { name = "moved", alias = "best", version = "1" });
    }

    public static async Task TrainAsync(Node node, string project)
    {
        var job = await node.TrainAsync(project);
        ((string)job["status"]!).ShouldBe("succeeded", (string?)job["message"]);
    }

    /// <summary>Starts a node that stands alone.</summary>
    public static Task<Node> StartAloneAsync(string data) => Node.StartAsync(data, Settings);

    /// <summary>Starts a node as the member of a cluster.</summary>
    public Task<Node> StartMemberAsync(string connectionString, string id) => Node.StartAsync(
        PathOf($"member-{Guid.NewGuid():n}"),
        [
            .. Settings, "--Cluster:ConnectionString", connectionString, "--Cluster:Id", id, "--Silo:Address", "127.0.0.1", "--Silo:Port", FreePort(), "--Silo:GatewayPort", "0",
        ]);

    /// <summary>Makes a database, empty or with what another holds.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string? copyOf = null)
    {
        var name = $"move{Interlocked.Increment(ref databases)}";
        var template = copyOf is null ? "" : $" TEMPLATE {new NpgsqlConnectionStringBuilder(copyOf).Database}";
        await ExecuteAsync(server.ConnectionString, $"CREATE DATABASE {name}{template}");
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }

    public static async Task<long> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is long number ? number : 0;
    }

    public static Task<MoveSummary> ImportAsync(
        string data, string connectionString, string id = "progeny", ArtifactsOptions? artifacts = null) =>
        new ClusterImport(RequestOf(data, connectionString, id, artifacts), TimeProvider.System).RunAsync(
            new Progress<MoveProgress>(), CancellationToken.None);

    public static Task<MoveSummary> ExportAsync(
        string data, string connectionString, string id = "progeny", ArtifactsOptions? artifacts = null) =>
        new ClusterExport(RequestOf(data, connectionString, id, artifacts), TimeProvider.System).RunAsync(
            new Progress<MoveProgress>(), CancellationToken.None);

    /// <summary>Stops a member; its pools, which are this process's, are closed as the end of a process would.</summary>
    public static async Task StopMemberAsync(Node member)
    {
        await member.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>All that a node says of what has been: lists, each query by its id, and whether it is replayed identically.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> AnswersAsync(Node node)
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] data = ["versions/latest/profile", "versions", "versions/1/rows", "versions/2/rows"];
        foreach (var path in data.Select(path => $"/api/datasets/orders/{path}"))
            answers[path] = (await node.GetAsync(path)).ToJsonString();
        var runs = await node.PostAsync("/api/2.0/mlflow/runs/search", new { experiment_ids = new[] { "0" }, filter = "metrics.m > 1" });
        var run = (string)runs["runs"]![0]!["info"]!["run_id"]!;
        answers["runs"] = runs.ToJsonString();
        foreach (var path in new[] { $"metrics/get-history?run_id={run}&metric_key=m", "registered-models/alias?name=moved&alias=best" })
            answers[path] = (await node.GetAsync($"/api/2.0/mlflow/{path}")).ToJsonString();
        foreach (var project in Projects)
        {
            var queries = await ListAsync(node, project);
            // What is counted by the perfdb comes a moment later, and stays so: nothing counts twice.
            await node.UntilAsync(
                $"/api/projects/{project}/metrics?step=1h",
                metrics => Sum(metrics, "rows") >= queries.Count && Sum(metrics, "outcomes") >= queries.Count);
            string[] paths = ["generations", "releases", "rollout/history", "decisions", "metrics?step=1h&by=generation"];
            foreach (var path in paths.Select(path => $"/api/projects/{project}/{path}"))
                answers[path] = Stable(await node.GetAsync(path));
            // One that runs is evaluated again all the time.
            var experiment = await node.GetAsync($"/api/projects/{project}/experiments/abtest-1");
            answers[$"{project} experiment"] = project == "ended"
                ? Stable(experiment)
                : $"\"{experiment["status"]}, {Outcomes(experiment)} outcomes\"";
            foreach (var query in queries)
            {
                var id = (string)query["query_id"]!;
                answers[$"{project} page {id}"] = query.ToJsonString();
                answers[$"{project} query {id}"] = (await node.GetAsync($"/api/projects/{project}/queries/{id}")).ToJsonString();
            }

            foreach (var query in queries.Where((_, i) => i % 25 == 0))
                answers[$"{project} replay {query["query_id"]}"] =
                    (await node.GetAsync($"/api/projects/{project}/queries/{query["query_id"]}/replay")).ToJsonString();
        }

        return answers;
    }

    /// <summary>All queries of a project, newest first, in pages.</summary>
    public static async Task<List<JsonNode>> ListAsync(Node node, string project)
    {
        var all = new List<JsonNode>();
        for (var path = $"/api/projects/{project}/queries?limit=100"; ;)
        {
            var page = await node.GetAsync(path);
            all.AddRange(page["queries"]!.AsArray().Select(query => query!));
            if (page["before"] is not { } before)
                return all;
            path = string.Create(CultureInfo.InvariantCulture, $"/api/projects/{project}/queries?limit=100&before={(long)before}");
        }
    }

    /// <summary>Asks, and says that the second generation is better, until the experiment is as wanted.</summary>
    public static async Task ServeAsync(Node node, string project, Func<JsonNode, bool> wanted)
    {
        var random = new Random(5);
        for (var round = 0; round < 60 && !wanted(await node.GetAsync($"/api/projects/{project}/experiments/abtest-1")); round++)
            await ExperimentProject.ServeAsync(
                node.Http, project, 50, version => project == "running" ? 0.5 : version == "1.0.0:2" ? 0.9 : 0.3, random);
        var queries = await ListAsync(node, project);
        await node.UntilAsync(
            $"/api/projects/{project}/experiments/abtest-1",
            info => wanted(info) && ((string)info["status"]! == "ended" || Outcomes(info) == queries.Count));
    }

    public static long Outcomes(JsonNode experiment) => experiment["arms"]!.AsArray().Sum(arm => (long)arm!["outcomes"]!);

    public static long Sum(JsonNode metrics, string figure) =>
        metrics["series"]!.AsArray().SelectMany(series => series!["points"]!.AsArray()).Sum(point => (long)point![figure]!);

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Without what depends on the time of asking.</summary>
    private static string Stable(JsonNode answer)
    {
        if (answer is JsonObject known)
        {
            foreach (var name in (string[])["elapsed", "from", "to", "evaluated_at", "checked_at"])
                known.Remove(name);
        }

        return answer.ToJsonString();
    }

    private static MoveRequest RequestOf(string data, string connectionString, string id, ArtifactsOptions? artifacts) =>
        new(data, new ClusterOptions { ConnectionString = connectionString, Id = id }, artifacts ?? new ArtifactsOptions());

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
