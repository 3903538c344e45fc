using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A private PostgreSQL server that lives as long as the tests of one collection, each of which gets a database with the tables of a cluster.</summary>
public sealed class StoreServer : IAsyncLifetime
{
    // Databases that are copied share what is random in them.
    private const string Ready = "ready";
    private const string Another = "another";

    private PostgresServer? server;
    private int databases;

    internal PostgresServer Server => server!;

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null)
            return;
        server = await PostgresServer.StartNewAsync();
        foreach (var name in (string[])[Ready, Another])
        {
            await ExecuteAsync($"CREATE DATABASE {name}");
            await CreateTablesAsync(Of(name));
        }
    }

    /// <summary>Makes a database.</summary>
    /// <param name="another">Whether its cluster is another one than that of the others.</param>
    /// <returns>Its connection string; empty where there is no server.</returns>
    public string CreateDatabase(bool another = false)
    {
        if (server is null)
            return "";
        var name = $"test{Interlocked.Increment(ref databases)}";
        Execute($"CREATE DATABASE {name} TEMPLATE {(another ? Another : Ready)}");
        return Of(name);
    }

    public void DropDatabase(string connectionString)
    {
        NpgsqlConnection.ClearPool(new NpgsqlConnection(connectionString));
        Execute($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    /// <summary>Creates the tables as a node does that starts.</summary>
    private static async Task CreateTablesAsync(string connectionString)
    {
        using var folder = new TemporaryFolder();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Data", folder["data"]), new("Cluster:ConnectionString", connectionString)]).Build();
        await using var services = new ServiceCollection().AddLogging().AddProgenyStorage(configuration).BuildServiceProvider();
        await services.GetServices<IHostedService>().OfType<IHostedLifecycleService>()
            .Single(service => service.GetType().Name == "ClusterDatabaseStartup").StartingAsync(default);
        NpgsqlConnection.ClearAllPools();
    }

    private string Of(string database) => new NpgsqlConnectionStringBuilder(server!.ConnectionString) { Database = database, Pooling = true }.ConnectionString;

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server!.ConnectionString) { Pooling = false }.ConnectionString);
        connection.Execute(sql);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server!.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
