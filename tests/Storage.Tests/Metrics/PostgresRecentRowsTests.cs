namespace Progeny.Storage.Tests.Metrics;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresRecentRowsTests(ClusterServer server) : RecentRowsTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
