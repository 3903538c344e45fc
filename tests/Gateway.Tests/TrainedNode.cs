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

    public async Task InitializeAsync()
    {
        await ProjectTemplate.WriteAsync(Project, "demo", CancellationToken.None);
        Manifest = ManifestParser.ParseOrThrow(await File.ReadAllTextAsync(Path.Combine(Project, "progeny.yaml")));
        Node = await Node.StartAsync(Path.Combine(folder, "data"));
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
