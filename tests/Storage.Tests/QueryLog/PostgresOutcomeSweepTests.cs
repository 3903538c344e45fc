using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterTests.Name)]
public sealed class PostgresOutcomeSweepTests(ClusterServer server) : OutcomeSweepTests(new PostgresHome(server));
