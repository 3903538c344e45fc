using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Tests.Datasets;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresDatasetCatalogTests : DatasetCatalogTests, IDisposable
{
    private readonly ClusterServer server;
    private readonly string connectionString;
    private readonly ClusterDatabase[] nodes;

    public PostgresDatasetCatalogTests(ClusterServer server)
    {
        this.server = server;
        connectionString = server.Create();
        nodes = [Open(), Open()];
        Catalog = new PostgresDatasetCatalog(nodes[0]);
        Other = new PostgresDatasetCatalog(nodes[1]);
    }

    protected override IDatasetCatalog Catalog { get; }

    protected override IDatasetCatalog Other { get; }

    public void Dispose()
    {
        foreach (var node in nodes)
            node.Source.Dispose();
        server.Drop(connectionString);
    }

    private ClusterDatabase Open() => new(Options.Create(new ClusterOptions { ConnectionString = connectionString }));
}
