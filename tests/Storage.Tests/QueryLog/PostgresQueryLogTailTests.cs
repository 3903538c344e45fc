using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresQueryLogTailTests(ClusterServer server) : QueryLogTailTests(new PostgresHome(server));
