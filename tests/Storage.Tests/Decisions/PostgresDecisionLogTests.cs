using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Decisions;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresDecisionLogTests(ClusterServer server) : DecisionLogTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
