using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Tests.Apply.Tables;

public sealed class SqliteFeedTableTests : FeedTableTests
{
    public SqliteFeedTableTests()
    {
        using var connection = new SqliteConnection($"Data Source={Folder["crm.db"]};Pooling=False");
        connection.Open();
        connection.Execute("CREATE TABLE customers (id INTEGER)");
    }

    protected override FeedOptions Options => new()
    {
        Kind = "sqlite", ConnectionString = $"Data Source={Folder["crm.db"]};Pooling=False", WriteTables = "applied*",
    };
}
