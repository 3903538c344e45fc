using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Postgres;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A query log in a database of its own, as any number of nodes share it.</summary>
public sealed class PostgresHome : LogHome
{
    private readonly ClusterServer server;
    private readonly List<(ClusterDatabase Database, PostgresQueryStore Store)> nodes = [];
    private PostgresQueryStore store;

    public PostgresHome(ClusterServer server)
        : this(server, server.Create())
    {
    }

    private PostgresHome(ClusterServer server, string connectionString)
    {
        this.server = server;
        ConnectionString = connectionString;
        store = Node();
    }

    public string ConnectionString { get; }

    public override QueryStore Store => store;

    /// <summary>What another process has of the log.</summary>
    public PostgresQueryStore Node(TimeProvider? time = null, RetentionScope? running = null, string? connection = null)
    {
        var database = new ClusterDatabase(Options.Create(new ClusterOptions { ConnectionString = connection ?? ConnectionString }));
        var node = new PostgresQueryStore(database, time ?? TimeProvider.System, running);
        nodes.Add((database, node));
        return node;
    }

    public override IQueryLog Log(TimeProvider? time = null, RetentionScope? running = null) =>
        new PostgresQueryLog(time is null && running is null ? store : Node(time, running));

    public override void Reopen() => store = Node();

    public override async Task<LogHome> OtherAsync() => new PostgresHome(server, await server.CreateOtherAsync());

    public override async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        return (await connection.QueryAsync<T>(sql)).AsList();
    }

    public override void Dispose()
    {
        foreach (var (database, node) in nodes)
        {
            node.Dispose();
            database.Source.Dispose();
        }

        server.Drop(ConnectionString);
    }
}
