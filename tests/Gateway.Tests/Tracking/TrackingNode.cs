namespace Progeny.Gateway.Tests.Tracking;

/// <summary>A node without projects.</summary>
public sealed class TrackingNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Node Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await Node.StartAsync(folder);

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(folder, true);
    }
}
