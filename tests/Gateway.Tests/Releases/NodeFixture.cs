namespace Progeny.Gateway.Tests.Releases;

/// <summary>One node for the tests of a class, which keep out of each other's way by the names of their projects.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    /// <summary>A path for a folder or file of the name's owner.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    public async Task InitializeAsync() => Node = await Node.StartAsync(Path.Combine(folder, "data"));

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
