using Microsoft.Extensions.Hosting;
using Orleans.TestingHost;

namespace Progeny.Engine.Tests.Grains;

/// <summary>What an engine of one process refuses; left out of the build on the packages.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_node_does_not_start_when_it_is_configured_for_a_cluster()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", "Host=nowhere")));
        using var host = builder.Build();
        (await Should.ThrowAsync<OrleansConfigurationException>(() => host.StartAsync())).Message.ShouldContain("Microsoft.Orleans.Clustering.AdoNet");
    }

    [Fact]
    public void A_test_cluster_of_two_silos_is_not_built() =>
        Should.Throw<NotSupportedException>(() => new TestClusterBuilder(2).Build()).Message.ShouldContain("one process");

    [Fact]
    public async Task A_client_does_not_start_when_no_silo_runs_in_the_process()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseLocalhostClustering(39999));
        using var host = builder.Build();
        (await Should.ThrowAsync<SiloUnavailableException>(() => host.StartAsync())).Message.ShouldContain("Microsoft.Orleans.Client");
    }
}
