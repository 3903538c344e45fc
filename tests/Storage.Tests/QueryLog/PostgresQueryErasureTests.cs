using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresQueryErasureTests : QueryErasureTests
{
    private readonly ClusterDatabase database;

    public PostgresQueryErasureTests(ClusterServer server)
        : base(new PostgresHome(server))
    {
        database = new ClusterDatabase(Options.Create(new ClusterOptions { ConnectionString = ((PostgresHome)Home).ConnectionString }));
        Erasure = new PostgresQueryErasure((PostgresQueryStore)Home.Store, database, Marks);
    }

    private protected override IQueryErasure Erasure { get; }

    public override void Dispose()
    {
        database.Source.Dispose();
        base.Dispose();
    }
}
