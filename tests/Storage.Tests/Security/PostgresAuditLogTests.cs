using Dapper;
using Npgsql;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresAuditLogTests(ClusterServer server) : AuditLogTests
{
    private string? database;

    private protected override string Unguarded => "ALTER TABLE audit DISABLE TRIGGER USER; ";

    private protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync(sql);
    }

    private protected override async Task<ITestPerfdb> OpenAsync() =>
        new PostgresPerfdbNode(database ??= await server.CreateAsync(), Clock);
}
