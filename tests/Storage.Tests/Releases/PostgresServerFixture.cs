namespace Progeny.Storage.Tests.Releases;

/// <summary>A private PostgreSQL that lives as long as the tests of one class.</summary>
public sealed class PostgresServerFixture : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.StartNewAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
