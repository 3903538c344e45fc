using Dapper;
using Microsoft.Data.Sqlite;
using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Sqlite;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A query log in a file.</summary>
public sealed class SqliteHome : LogHome
{
    private readonly TemporaryFolder folder = new();
    private QueryDatabase database;

    public SqliteHome() => database = Open();

    public override QueryStore Store => database;

    public QueryDatabase Database => database;

    public string Path => folder["queries.db"];

    public string this[string name] => folder[name];

    public override IQueryLog Log(TimeProvider? time = null, RetentionScope? running = null) =>
        new SqliteQueryLog(database, time ?? TimeProvider.System, running);

    public override void Reopen()
    {
        database.Dispose();
        database = Open();
    }

    public override Task<LogHome> OtherAsync() => Task.FromResult<LogHome>(new SqliteHome());

    public override async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        return (await connection.QueryAsync<T>(sql)).AsList();
    }

    public override void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private QueryDatabase Open() => new(Path);
}
