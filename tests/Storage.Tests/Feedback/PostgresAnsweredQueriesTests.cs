using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterTests.Name)]
public sealed class PostgresAnsweredQueriesTests(StoreServer server) : AnsweredQueriesTests(new PostgresHome(server));
