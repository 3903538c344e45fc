using Microsoft.Data.Sqlite;
using System.Text.Json.Nodes;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;

namespace Progeny.Gateway.Tests;

/// <summary>A node that serves the project that <c>progeny project init demo</c> writes, trained once for all tests of a class.</summary>
public sealed class TrainedNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    public JsonNode Job { get; private set; } = null!;

    /// <summary>The folder of the project's sources.</summary>
    public string Project => Path.Combine(folder, "demo");

    public Manifest Manifest { get; private set; } = null!;

    /// <summary>The file of the feed <c>crm</c>, whose table <c>scores</c> batch applies may write.</summary>
    public string Feed => Path.Combine(folder, "crm.db");

    public async Task InitializeAsync()
    {
        await ProjectTemplate.WriteAsync(Project, "demo", CancellationToken.None);
        Manifest = ManifestParser.ParseOrThrow(await File.ReadAllTextAsync(Path.Combine(Project, "progeny.yaml")));
        await using (var feed = new SqliteConnection($"Data Source={Feed};Pooling=False"))
        {
            await feed.OpenAsync();
            await using var command = feed.CreateCommand();
            command.CommandText =
                """
                CREATE TABLE rides (id INTEGER, hour INTEGER, distance REAL, weight REAL, vehicle TEXT);
                INSERT INTO rides VALUES (1, 8, 2.5, NULL, 'bike'), (2, 17, 12.25, 0.5, 'car'), (3, 99, 1, 1, 'van');
                """;
            await command.ExecuteNonQueryAsync();
        }

        Node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            "--Feeds:crm:Kind", "sqlite",
            "--Feeds:crm:ConnectionString", $"Data Source={Feed};Pooling=False",
            "--Feeds:crm:WriteTables", "scores");
        (await Node.PublishAsync("demo", Project)).EnsureSuccessStatusCode();
        Job = await Node.TrainAsync("demo");
        ((string)Job["status"]!).ShouldBe("succeeded", (string)Job["message"]!);
        await Node.PostAsync("/api/projects/demo/promotions", new { version = "0.1.0:1", reason = "the first" });
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
