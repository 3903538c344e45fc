using Progeny.Storage.Feeds;

namespace Progeny.Storage.Tests.Apply.Tables;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresFeedTableTests(ClusterServer server) : FeedTableTests, IAsyncLifetime
{
    private string connection = "";

    protected override FeedOptions Options => new() { Kind = "postgresql", ConnectionString = connection, WriteTables = "applied*" };

    public async Task InitializeAsync() => connection = await server.CreateAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
