using Microsoft.Extensions.Options;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Storage.Apply;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Tests.Apply;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresApplyLedgerTests(ClusterServer server) : ApplyLedgerTests, IAsyncLifetime
{
    private ClusterDatabase database = null!;
    private ClusterDatabase other = null!;

    protected override IApplyLedger Ledger => new PostgresApplyLedger(database, TimeProvider.System);

    protected override IApplyLedger Other => new PostgresApplyLedger(other, TimeProvider.System);

    public async Task InitializeAsync()
    {
        var connection = await server.CreateAsync();
        database = Open(connection);
        other = Open(connection);
    }

    public async Task DisposeAsync()
    {
        await database.Source.DisposeAsync();
        await other.Source.DisposeAsync();
    }

    private static ClusterDatabase Open(string connection) =>
        new(Options.Create(new ClusterOptions { ConnectionString = connection }));
}
