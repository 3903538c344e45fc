namespace Progeny.Storage.Tests.Metrics;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresMetricsStoreTests(ClusterServer server) : MetricsStoreTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
