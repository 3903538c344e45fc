namespace Progeny.Gateway.Tests.Security;

/// <summary>
/// A node that lets in next to nothing: one query of a project at once, bodies of a MiB, one of them, for a second and a half.
/// </summary>
public sealed class TightNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    public string PathOf(string name) => Path.Combine(folder, name);

    public async Task InitializeAsync() => Node = await Node.StartAsync(
        Path.Combine(folder, "data"),
        "--Serving:MaxQueue", "1", "--Serving:MaxTails", "2", "--Serving:MaxTailsOfProject", "1",
        "--Serving:MaxBodyBytes", "1048576", "--Serving:MaxBodyMemory", "1048576", "--Serving:BodyTimeout", "00:00:01.5");

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
