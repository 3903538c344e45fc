using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterTests.Name)]
public sealed class PostgresOutcomeSweepTests(StoreServer server) : OutcomeSweepTests(new PostgresHome(server));
