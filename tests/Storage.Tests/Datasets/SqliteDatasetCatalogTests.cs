using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets;

public sealed class SqliteDatasetCatalogTests : DatasetCatalogTests, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DatasetDatabase database;

    public SqliteDatasetCatalogTests()
    {
        database = new DatasetDatabase(folder["datasets.db"]);
        Catalog = new SqliteDatasetCatalog(database);
        Other = new SqliteDatasetCatalog(database);
    }

    protected override IDatasetCatalog Catalog { get; }

    protected override IDatasetCatalog Other { get; }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }
}
