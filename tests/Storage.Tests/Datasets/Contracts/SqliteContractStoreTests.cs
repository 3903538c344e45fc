using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets.Contracts;

public sealed class SqliteContractStoreTests : ContractStoreTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DatasetDatabase database;

    public SqliteContractStoreTests() => database = new DatasetDatabase(folder["datasets.db"]);

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private protected override Task<DatasetCatalog> OpenAsync() => Task.FromResult<DatasetCatalog>(new SqliteDatasetCatalog(database));
}
