using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Tests.Metrics;

namespace Progeny.Storage.Tests.Security;

public sealed class SqliteAuditLogTests : AuditLogTests
{
    private readonly TemporaryFolder folder = new();

    private protected override string Unguarded => "DROP TRIGGER audit_is_kept; DROP TRIGGER audit_is_not_changed; ";

    [Fact]
    public async Task Verify_finds_each_byte_that_was_changed_in_the_rows_as_they_are_stored()
    {
        await FillAsync(2);
        var before = (await Log.GetEndAsync(CancellationToken.None)).Hash;
        await ExecuteAsync(Unguarded);
        await using var connection = await OpenFileAsync();
        var flipped = 0;
        foreach (var column in StoredAuditEntry.TextNames.Concat(["previous", "hash"]))
        {
            var original = await connection.ExecuteScalarAsync<byte[]>($"SELECT CAST({column} AS BLOB) FROM audit WHERE sequence = 1");
            for (var i = 0; i < (original?.Length ?? 0); i++)
            {
                var changed = (byte[])original!.Clone();
                changed[i] ^= (byte)(1 << (i % 8));
                await SetAsync(column, changed);
                (await VerifyAsync()).Entry.ShouldBe(1, $"byte {i} of {column}");
                flipped++;
            }

            if (original is not null)
                await SetAsync(column, original);
        }

        foreach (var column in (string[])["at", "status", "sequence"])
        {
            for (var bit = 0; bit < 63; bit++)
            {
                await connection.ExecuteAsync(
                    $"UPDATE audit SET {column} = {column} | {1L << bit} WHERE sequence = 2 AND {column} & {1L << bit} = 0");
                if (await connection.ExecuteScalarAsync<int>("SELECT changes()") == 0)
                    continue;
                (await VerifyAsync()).IsIntact.ShouldBeFalse($"bit {bit} of {column}");
                await connection.ExecuteAsync($"UPDATE audit SET {column} = {column} & {~(1L << bit)} WHERE sequence <> 1");
                flipped++;
            }
        }

        (await VerifyAsync()).IsIntact.ShouldBeTrue();
        (await Log.GetEndAsync(CancellationToken.None)).Hash.ShouldBe(before);
        flipped.ShouldBeGreaterThan(250);

        Task SetAsync(string column, byte[] value) => connection.ExecuteAsync(
            $"UPDATE audit SET {column} = {(column is "previous" or "hash" ? "@value" : "CAST(@value AS TEXT)")} WHERE sequence = 1",
            new { value });
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    private protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenFileAsync();
        await connection.ExecuteAsync(sql);
    }

    private protected override Task<ITestPerfdb> OpenAsync() => Task.FromResult<ITestPerfdb>(new SqlitePerfdb(folder, Clock));

    private async Task<SqliteConnection> OpenFileAsync()
    {
        var connection = new SqliteConnection($"Data Source={folder["metrics.db"]};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
