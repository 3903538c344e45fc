using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Tracking;
using Progeny.Storage.Tracking.Postgres;

namespace Progeny.Storage.Tests.Tracking;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresTrackingStoreTests(ClusterServer server) : TrackingStoreTests, IAsyncLifetime
{
    private ClusterDatabase database = null!;

    protected override TrackingDatabase Database => new PostgresTrackingDatabase(database);

    public async Task InitializeAsync() =>
        database = new(Options.Create(new ClusterOptions { ConnectionString = await server.CreateAsync() }));

    public async Task DisposeAsync() => await database.Source.DisposeAsync();
}
