using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresApiKeyStoreTests(ClusterServer server) : ApiKeyStoreTests
{
    private string? database;

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
