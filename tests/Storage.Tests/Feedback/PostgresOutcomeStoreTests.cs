using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresOutcomeStoreTests(ClusterServer server) : OutcomeStoreTests(new PostgresHome(server));
