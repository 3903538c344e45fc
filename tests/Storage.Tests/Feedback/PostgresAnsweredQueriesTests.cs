using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresAnsweredQueriesTests(ClusterServer server) : AnsweredQueriesTests(new PostgresHome(server));
