using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterTests.Name)]
public sealed class PostgresKeyedOutcomesTests(StoreServer server) : KeyedOutcomesTests(new PostgresHome(server))
{
    protected override string EmptyData => "'\\x00'";
}
