using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresQueryLogTests(ClusterServer server) : QueryLogTests(new PostgresHome(server));
