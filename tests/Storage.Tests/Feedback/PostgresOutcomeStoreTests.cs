using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterTests.Name)]
public sealed class PostgresOutcomeStoreTests(StoreServer server) : OutcomeStoreTests(new PostgresHome(server));
