using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

[Collection(ClusterTests.Name)]
public sealed class PostgresQueryLogTests(StoreServer server) : QueryLogTests(new PostgresHome(server));
