using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Progeny.Core.Common;

namespace Progeny.Storage.Tests;

/// <summary>
/// A private PostgreSQL for the tests of a cluster's stores. Each test has a database of its own with all tables, as the first node made
/// them.
/// </summary>
public sealed class ClusterServer : IAsyncLifetime
{
    private const string Template = "cluster_template";

    private PostgresServer? server;
    private int databases;

    internal PostgresServer Server => server!;

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null)
            return;
        server = await PostgresServer.StartNewAsync();
        await CreateTablesAsync(Template);
    }

    /// <inheritdoc cref="CreateAsync"/>
    public string Create()
    {
        if (server is null)
            return "";
        var name = $"test{Interlocked.Increment(ref databases)}";
        Execute($"CREATE DATABASE {name} TEMPLATE {Template}");
        return Of(name);
    }

    /// <summary>Makes a database of another cluster: those of <see cref="CreateAsync"/> are copies of one.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateOtherAsync()
    {
        var name = $"other{Interlocked.Increment(ref databases)}";
        await CreateTablesAsync(name);
        return Of(name);
    }

    /// <summary>Makes a database without any table.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateEmptyAsync()
    {
        var name = $"empty{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return Of(name);
    }

    /// <summary>Removes a database.</summary>
    public void Drop(string connectionString)
    {
        using (var pooled = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(pooled);
        Execute($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    /// <summary>Makes a database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateAsync()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return Of(name);
    }

    public Task StartAsync() => server!.StartAsync();

    public Task StopAsync() => server!.StopAsync();

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    /// <summary>Makes a database with its tables, as the first node of a cluster does.</summary>
    private async Task CreateTablesAsync(string database)
    {
        await ExecuteAsync($"CREATE DATABASE {database}");
        using var folder = new TemporaryFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", folder["data"]), new("Cluster:ConnectionString", Of(database))]);
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }

    private string Of(string database) =>
        new NpgsqlConnectionStringBuilder(
            server!.ConnectionString) { Database = database, Pooling = database != Template }.ConnectionString;

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(server!.ConnectionString + ";Pooling=false");
        connection.Execute(sql);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server!.ConnectionString + ";Pooling=false");
        await connection.ExecuteAsync(sql);
    }
}
