using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Evaluation;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresEvaluationStoreTests(ClusterServer server) : EvaluationStoreTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
