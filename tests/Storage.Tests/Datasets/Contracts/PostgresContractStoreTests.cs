using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets.Contracts;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresContractStoreTests(ClusterServer server) : ContractStoreTests, IAsyncLifetime
{
    private ClusterDatabase? database;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (database is not null)
            await database.DisposeAsync();
    }

    private protected override async Task<DatasetCatalog> OpenAsync()
    {
        database = new ClusterDatabase(Options.Create(new ClusterOptions { ConnectionString = await server.CreateAsync() }));
        return new PostgresDatasetCatalog(database);
    }
}
