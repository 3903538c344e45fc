using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Serving;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresQueryLogUpkeepTests(ClusterServer server) : QueryLogUpkeepTests(new PostgresHome(server));
