using Npgsql;

namespace Progeny.Cluster.Tests;

/// <summary>A PostgreSQL server, and a cluster of three nodes on it. Tests may kill nodes: the next one starts them again.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly List<TestCluster> _clusters = [];

    internal PostgresServer Server { get; private set; } = null!;

    /// <summary>The three nodes.</summary>
    internal TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.StartNewAsync();
        Cluster = await CreateAsync("three");
        for (var number = 1; number <= 3; number++)
            Cluster.Add($"node{number}");
    }

    /// <summary>A cluster without nodes on a database of its own.</summary>
    internal async Task<TestCluster> CreateAsync(string name)
    {
        await ExecuteAsync(Server.ConnectionString, $"CREATE DATABASE {name}");
        var cluster = new TestCluster(
            new NpgsqlConnectionStringBuilder(Server.ConnectionString) { Database = name }.ConnectionString, name);
        _clusters.Add(cluster);
        return cluster;
    }

    /// <summary>Runs a statement.</summary>
    internal static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks for one number.</summary>
    internal static async Task<long> CountAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task DisposeAsync()
    {
        foreach (var cluster in _clusters)
            cluster.Dispose();
        await Server.DisposeAsync();
    }
}
