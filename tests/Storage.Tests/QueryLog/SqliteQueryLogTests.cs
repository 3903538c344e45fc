using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Serving;
using Progeny.Storage.Tests.Stores;
using static Progeny.Storage.Tests.Serving.QueryRecords;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteQueryLogTests : QueryLogTests
{
    private readonly SqliteHome home;
    private readonly IQueryLog log;

    public SqliteQueryLogTests()
        : this(new SqliteHome())
    {
    }

    private SqliteQueryLogTests(SqliteHome home)
        : base(home)
    {
        this.home = home;
        log = home.Log();
    }

    [Fact]
    public async Task Append_when_the_process_dies_afterwards_has_its_records_on_disk()
    {
        await log.AppendAsync(Many(100), default);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(home.Path)!, "queries.db*"))
            File.Copy(file, home["copy" + Path.GetFileName(file)["queries".Length..]]);

        using var copy = new QueryDatabase(home["copy.db"]);

        (await new SqliteQueryLog(copy, TimeProvider.System).ListAsync("flights", null, null, null, 1_000, default)).Count.ShouldBe(100);
    }

    [Fact]
    public async Task Append_when_closed_says_so()
    {
        home.Database.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(() => log.AppendAsync(Many(1), default));
        home.Reopen();
    }

    [Fact]
    public void Open_when_the_file_is_of_a_newer_version_refuses_and_changes_nothing()
    {
        int newest;
        home.Database.Dispose();
        using (var connection = new SqliteConnection($"Data Source={home.Path};Pooling=False"))
        {
            newest = connection.ExecuteScalar<int>("PRAGMA user_version");
            connection.Execute("PRAGMA user_version = 99");
        }

        var refused = Should.Throw<SchemaVersionException>(() => new QueryDatabase(home.Path));

        refused.Message.ShouldContain("version 99");
        refused.Message.ShouldContain("queries.db");
        using (var connection = new SqliteConnection($"Data Source={home.Path};Pooling=False"))
            connection.Execute($"PRAGMA user_version = {newest}");
        home.Reopen();
    }

    [Fact]
    public async Task Open_when_several_open_a_new_file_at_once_creates_the_schema_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => new QueryDatabase(home["new.db"]))));

        foreach (var one in opened)
            one.Dispose();
        using var connection = new SqliteConnection($"Data Source={home["new.db"]};Pooling=False");
        (await connection.ExecuteScalarAsync<int>("PRAGMA user_version")).ShouldBe(await VersionAsync(home.Path));

        static async Task<int> VersionAsync(string path)
        {
            using var other = new SqliteConnection($"Data Source={path};Pooling=False");
            return await other.ExecuteScalarAsync<int>("PRAGMA user_version");
        }
    }
}
