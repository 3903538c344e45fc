namespace Progeny.Storage.Tests.Datasets.Rows;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresAppendedRowsTests(ClusterServer server) : AppendedRowsTests
{
    private readonly string database = server.Create();

    private protected override string ConnectionString => database;
}
