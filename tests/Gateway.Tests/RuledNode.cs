namespace Progeny.Gateway.Tests;

/// <summary>A node that serves a finished model with rules around it.</summary>
public sealed class RuledNode : IAsyncLifetime
{
    public const string Manifest =
        """
        name: late
        version: 1.0.0
        task: binary
        schema: {features: [{name: x, type: float}]}
        label: {name: late, classes: ["no", "yes"]}
        pipeline: {model: sigmoid.onnx}
        rules:
          - {name: too-far, at: before, when: x > 100, then: {refuse: nobody goes that far}}
          - {name: cold-start, at: before, when: ":ratings < 10", then: {answer: "'no'"}}
          - {name: shift, at: before, when: x = 50, then: {set: {x: "2"}}}
          - name: endless
            at: after
            when: iif(x = -100, (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c), 0)
            then: {refuse: never}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    /// <summary>Writes a project of this manifest and returns its folder.</summary>
    public string Write(string name, string manifest)
    {
        var project = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllText(Path.Combine(project, "progeny.yaml"), manifest);
        using var resource = typeof(RuledNode).Assembly.GetManifestResourceStream("sigmoid.onnx")!;
        using var model = File.Create(Path.Combine(project, "sigmoid.onnx"));
        resource.CopyTo(model);
        return project;
    }

    public async Task InitializeAsync()
    {
        Node = await Node.StartAsync(Path.Combine(folder, "data"));
        using var published = await Node.PublishAsync("late", Write("late", Manifest));
        published.EnsureSuccessStatusCode();
        var job = await Node.TrainAsync("late");
        ((string)job["status"]!).ShouldBe("succeeded", (string)job["message"]!);
        await Node.PostAsync("/api/projects/late/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
