using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresOutcomeSweepTests(ClusterServer server) : OutcomeSweepTests(new PostgresHome(server));
