using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>A node with projects of many kinds, their models imported; one for all tests of the collection.</summary>
public sealed class ServingNode : IAsyncLifetime
{
    /// <summary>A required key of the feed <c>shops</c>: its lookup gives a rating and a region.</summary>
    public const string KnownShop = "s1";

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    private readonly TcpListener hung = new(IPAddress.Loopback, 0);

    public Node Node { get; private set; } = null!;

    public HttpClient Http => Node.Http;

    /// <summary>The port at which clients of its cluster connect.</summary>
    public int ClientPort { get; } = ClientGateway.FreePort();

    /// <summary>The SQLite file behind the feed <c>shops</c>.</summary>
    public string ShopsFile => Path.Combine(folder, "shops.db");

    public async Task InitializeAsync()
    {
        using (var connection = OpenShops())
        {
            Execute(connection, "CREATE TABLE shops (id TEXT PRIMARY KEY, rating REAL, region TEXT, size)");
            Execute(connection, "INSERT INTO shops VALUES ('s1', 4.5, 'north', 7), ('s2', NULL, 'south', 'many')");
        }

        // Whoever connects to it is taken by the system and never answered.
        hung.Start();
        Node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            services => ClientGateway.OpenTo(services, ClientPort),
            [
                "--Serving:MaxBodyBytes", "67108864",
                "--Feeds:shops:Kind", "sqlite", "--Feeds:shops:ConnectionString", $"Data Source={ShopsFile}",
                "--Feeds:hung:Kind", "postgresql", "--Feeds:hung:ConnectionString", $"Host=127.0.0.1;Port={((IPEndPoint)hung.LocalEndpoint).Port};Username=nobody;Database=none",
                "--Feeds:gone:Kind", "sqlite", "--Feeds:gone:ConnectionString", $"Data Source={Path.Combine(folder, "gone.db")}",
            ]);
        foreach (var (name, (manifest, model)) in ServedProjects.All)
            await ImportAsync(name, manifest, model);
        await PublishAsync("idle", ServedProjects.All["rich"].Manifest, ServedProjects.All["rich"].Model);
    }

    /// <summary>Publishes a project, imports its model and puts it into production.</summary>
    public async Task ImportAsync(string name, string manifest, byte[] model, string version = "1.0.0")
    {
        await PublishAsync(name, manifest, model, version);
        var job = await Node.TrainAsync(name);
        ((string)job["status"]!).ShouldBe("succeeded", $"{name}: {job["message"]}");
        await Node.PostAsync($"/api/projects/{name}/promotions", new { version = $"{version}:1", reason = "imported" });
    }

    public async Task PublishAsync(string name, string manifest, byte[] model, string version = "1.0.0")
    {
        var project = Directory.CreateDirectory(Path.Combine(folder, $"{name}-{version}")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(project, "progeny.yaml"), $"name: {name}\nversion: {version}\npipeline: {{model: model.onnx}}\n{manifest}");
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), model);
        using var response = await Node.PublishAsync(name, project);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }

    public SqliteConnection OpenShops()
    {
        var connection = new SqliteConnection($"Data Source={ShopsFile};Pooling=False");
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Posts a text; the answer must be of a status, and where it is an error a problem that says so. Returns it.</summary>
    public async Task<JsonNode> PostAsync(string path, string json, int expected)
    {
        var (status, body) = await Node.TryPostAsync(path, json);
        status.ShouldBe(expected, body.ToJsonString());
        if (status >= 400)
        {
            ((int)body["status"]!).ShouldBe(status);
            ((string)body["title"]!).ShouldNotBeEmpty();
        }

        return body;
    }

    public async Task<JsonNode> GetAsync(string path, int expected)
    {
        using var response = await Http.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        hung.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
