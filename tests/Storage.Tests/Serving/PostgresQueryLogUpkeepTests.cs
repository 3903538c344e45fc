using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Serving;

[Collection(ClusterTests.Name)]
public sealed class PostgresQueryLogUpkeepTests(StoreServer server) : QueryLogUpkeepTests(new PostgresHome(server));
