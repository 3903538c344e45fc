namespace Progeny.Storage.Tests.Metrics;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresScoreStoreTests(ClusterServer server) : ScoreStoreTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
