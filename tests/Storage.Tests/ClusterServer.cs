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

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null)
            return;
        server = await PostgresServer.StartNewAsync();
        await ExecuteAsync($"CREATE DATABASE {Template}");
        using var folder = new TemporaryFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", folder["data"]), new("Cluster:ConnectionString", Of(Template))]);
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
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

    private string Of(string database) =>
        new NpgsqlConnectionStringBuilder(server!.ConnectionString) { Database = database, Pooling = database != Template }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server!.ConnectionString + ";Pooling=false");
        await connection.ExecuteAsync(sql);
    }
}
