namespace Progeny.Storage.Tests.Metrics;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresPerfdbRetentionTests(ClusterServer server) : PerfdbRetentionTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
