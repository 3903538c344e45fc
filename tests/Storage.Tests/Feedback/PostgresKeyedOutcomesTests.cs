using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresKeyedOutcomesTests(ClusterServer server) : KeyedOutcomesTests(new PostgresHome(server))
{
    protected override string EmptyData => "'\\x00'";
}
