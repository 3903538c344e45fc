using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Serving.Routing;
using Progeny.Gateway;
using Progeny.Storage.Datasets;

namespace Progeny.Data.Bench;

/// <summary>
/// A node in this process with a trained project: 100 trees of depth 6 over ten numbers, two of which may be missing, and a category.
/// </summary>
internal sealed class DataNode : IAsyncDisposable
{
    public const string Project = "bench";

    private const string Manifest =
        """
        name: bench
        version: 1.0.0
        task: binary
        label: {name: late, classes: ["0", "1"]}
        schema:
          features:
            - {name: f0, type: float}
            - {name: f1, type: float}
            - {name: f2, type: float}
            - {name: f3, type: float}
            - {name: f4, type: float}
            - {name: f5, type: float}
            - {name: f6, type: float, nullable: true}
            - {name: f7, type: float, nullable: true}
            - {name: f8, type: int}
            - {name: f9, type: int}
        source: {file: rows.csv, query: "SELECT * FROM rows"}
        pipeline: {trainer: xgboost, parameters: {rounds: 100, max_depth: 6, eta: 0.1}, seed: 1}
        serving: {log: none}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("progeny-bench-");
    private readonly WebApplication app;

    private DataNode() => app = GatewayApp.Build(
        [
            "--urls", "http://127.0.0.1:0", "--Data", Path.Combine(folder.FullName, "data"), "--Logging:LogLevel:Default", "Warning",
            "--Apply:LowPriority", "false", "--Apply:Threads", "1", "--Trainer:LowPriority", "false", "--Datasets:Threads", "1",
        ]);

    public IServiceProvider Services => app.Services;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>The model's bytes.</summary>
    public byte[] Model { get; private set; } = [];

    public GenerationBlueprint Blueprint { get; private set; } = null!;

    /// <summary>SQL for rows like those that the project was trained on; always the same for their number.</summary>
    public static string RowsSql(long rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT {string.Join(", ", Enumerable.Range(0, 6).Select(i => $"(hash(i * 10 + {i}) % 1000000) / 1e4 AS f{i}"))},
            CASE WHEN hash(i * 10 + 6) % 10 > 0 THEN (hash(i) % 1000) / 8.0 END AS f6,
            CASE WHEN hash(i * 10 + 7) % 4 > 0 THEN (hash(i) % 77777) / 64.0 END AS f7,
            CAST(hash(i * 10 + 8) % 24 AS BIGINT) AS f8, CAST(hash(i * 10 + 9) % 1000 AS BIGINT) AS f9
        FROM range({rows}) AS r(i)
        """);

    public static async Task<DataNode> StartAsync()
    {
        var node = new DataNode();
        await node.app.StartAsync();
        node.Http = new HttpClient { BaseAddress = new Uri(node.app.Urls.First()), Timeout = TimeSpan.FromMinutes(30) };
        await node.TrainAsync();
        return node;
    }

    /// <summary>A path in the folder of the benchmark.</summary>
    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Writes a query of DuckDB into a file.</summary>
    public async Task<string> WriteAsync(string name, string sql, string options)
    {
        var path = PathOf(name);
        await using var session = Services.GetRequiredService<DuckDbEngine>().Open(new DuckDbAccess([], [folder.FullName]));
        await session.ExecuteAsync($"COPY ({sql}) TO {SqlText.Literal(path)} ({options}, USE_TMP_FILE false)", default);
        return path;
    }

    /// <summary>The generation made ready for a batch apply.</summary>
    public ServedArm LoadArm(bool isLogged = false) => Services.GetRequiredService<ApplyArm>().Load(Blueprint, Model, isLogged);

    /// <summary>Applies the generation to a file, as a job does.</summary>
    public async Task<ApplyReport> ApplyAsync(ServedArm arm, string digest, string output = "file:parquet", bool log = false)
    {
        var job = Guid.NewGuid().ToString("n");
        var work = folder.CreateSubdirectory(job);
        try
        {
            return await Services.GetRequiredService<IBatchApply>().RunAsync(
                new ApplyWork
                {
                    Job = job,
                    Project = Project,
                    Request = new ApplyRequest { Input = $"file:{digest}", FileName = "rows.parquet", Output = output, Log = log },
                    Arm = arm,
                    Folder = work.FullName,
                    By = "bench",
                    Progress = new Progress<(long, long)>(),
                    Note = _ => { },
                },
                default);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <summary>Keeps a file in the artifact store.</summary>
    public async Task<string> KeepAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return await Services.GetRequiredService<IArtifactStore>().PutAsync(file, long.MaxValue, default);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task TrainAsync()
    {
        var project = folder.CreateSubdirectory("project").FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "progeny.yaml"), Manifest);
        await WriteAsync(
            "project/rows.csv",
            $"SELECT *, CAST(f0 + f1 / 2 + coalesce(f6, 40) + f8 * 2 > 130 AS INTEGER) AS late FROM ({RowsSql(20_000)})",
            "FORMAT csv, HEADER");
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(project, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/zip");
        await ReadAsync(await Http.PostAsync($"/api/projects/{Project}/releases", content));
        var job = await ReadAsync(await Http.PostAsJsonAsync($"/api/projects/{Project}/jobs", new { kind = "train" }));
        while (job["ended_at"] is null)
        {
            await Task.Delay(100);
            job = await ReadAsync(await Http.GetAsync($"/api/jobs/{job["id"]}"));
        }

        if ((string?)job["status"] != "succeeded")
            throw new InvalidOperationException(job.ToJsonString());
        await ReadAsync(await Http.PostAsJsonAsync($"/api/projects/{Project}/promotions", new { version = "1.0.0:1" }));
        Blueprint = (await Services.GetRequiredService<IBlueprintSource>().GetBlueprintAsync(
            new GenerationReference(Project, "1.0.0", 1)))!;
        await using var model = await Services.GetRequiredService<IArtifactStore>().OpenAsync(Blueprint.Generation.Assets.Model, default);
        Model = new byte[model.Length];
        await model.ReadExactlyAsync(Model);
    }

    internal static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException(text);
        }
    }
}
