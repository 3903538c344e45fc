using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterTests.Name)]
public sealed class PostgresQueryLogTailTests(StoreServer server) : QueryLogTailTests(new PostgresHome(server));
