using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresQueryArchiveTests : QueryArchiveTests
{
    private readonly ClusterDatabase database;

    public PostgresQueryArchiveTests(ClusterServer server)
        : base(new PostgresHome(server))
    {
        database = new ClusterDatabase(Options.Create(new ClusterOptions { ConnectionString = ((PostgresHome)Home).ConnectionString }));
        Writer = new PostgresArchiveMarks(database, TimeProvider.System);
    }

    private protected override IArchiveMarkWriter Writer { get; }

    public override void Dispose()
    {
        database.Source.Dispose();
        base.Dispose();
    }

    private protected override IQueryErasure Erasure(IArchiveErasure? archive) =>
        new PostgresQueryErasure((PostgresQueryStore)Home.Store, database, Marks, archive);
}
