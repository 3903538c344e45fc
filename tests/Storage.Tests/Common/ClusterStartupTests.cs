using System.Net;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Storage.Common;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Tests.Common;

/// <summary>Members of a cluster make its tables, once, and refuse a database that is not theirs.</summary>
[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class ClusterStartupTests(ClusterServer server)
{
    private const int Nodes = 10;

    [ContractFact]
    public async Task Ten_nodes_that_start_at_once_on_an_empty_database_make_its_tables_once()
    {
        var database = await server.CreateEmptyAsync();
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(_ => Task.Run(() => StartAsync(database, "ten"))));
        await using var connection = new NpgsqlConnection(database);
        (await connection.QueryAsync<(string, int)>("SELECT cluster, version FROM progeny")).ShouldBe([("ten", 1)]);
    }

    [ContractFact]
    public async Task Database_of_another_cluster_is_refused()
    {
        var database = await server.CreateEmptyAsync();
        await StartAsync(database, "first");
        (await Should.ThrowAsync<ClusterNameException>(() => StartAsync(database, "second"))).Message.ShouldContain("'first'");
    }

    [ContractFact]
    public async Task Schema_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        var database = await server.CreateEmptyAsync();
        await StartAsync(database, "newer");
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("UPDATE progeny SET version = 99");
        (await Should.ThrowAsync<SchemaVersionException>(() => StartAsync(database, "newer"))).Message.ShouldContain("99");
        (await connection.ExecuteScalarAsync<int>("SELECT version FROM progeny")).ShouldBe(99);
    }

    [ContractFact]
    public async Task Highest_number_of_the_silos_at_an_address_is_found_and_none_where_none_has_joined()
    {
        var database = await server.CreateEmptyAsync();
        var (here, elsewhere) = (new IPEndPoint(IPAddress.Parse("10.0.0.7"), 11_111), new IPEndPoint(IPAddress.Parse("10.0.0.7"), 11_112));
        int? beforeTheTables = 0, found = null, none = 0;
        await StartAsync(database, "numbers", numbers => beforeTheTables = numbers.FindLast(here));
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('numbers')");
        foreach (var number in (int[])[7, 2_000_000_000, 9])
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, starttime, iamalivetime)
                VALUES ('numbers', '10.0.0.7', 11111, @number, 'n', 'h', 6, now(), now())
                """,
                new { number });
        }

        await StartAsync(database, "numbers", numbers => (found, none) = (numbers.FindLast(here), numbers.FindLast(elsewhere)));

        beforeTheTables.ShouldBeNull();
        found.ShouldBe(2_000_000_000);
        none.ShouldBeNull();
    }

    /// <summary>Starts what a node has of storage, and stops it.</summary>
    /// <param name="beforeStart">Asks for the numbers of members before anything has been started.</param>
    private static async Task StartAsync(string database, string cluster, Action<IMemberNumbers>? beforeStart = null)
    {
        using var folder = new TemporaryFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            new("Data", folder["data"]),
            new("Cluster:ConnectionString", database),
            new("Cluster:Id", cluster),
            new("Cluster:MaxConnections", "5"),
        ]);
        builder.Services.AddProgenyStorage(builder.Configuration);
        using var host = builder.Build();
        beforeStart?.Invoke(host.Services.GetRequiredService<IMemberNumbers>());
        await host.StartAsync();
        await host.StopAsync();
    }
}
