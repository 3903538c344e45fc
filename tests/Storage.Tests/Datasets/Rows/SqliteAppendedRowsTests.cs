namespace Progeny.Storage.Tests.Datasets.Rows;

public sealed class SqliteAppendedRowsTests : AppendedRowsTests
{
    private protected override string ConnectionString => "";
}
