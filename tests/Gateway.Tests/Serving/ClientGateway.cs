using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Progeny.Grains.Security;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>A second node whose queries reach the agents of the serving node through their grains, as a client of its cluster.</summary>
public sealed class ClientGateway(ServingNode serving) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private IHost client = null!;
    private Node node = null!;

    public HttpClient Http => node.Http;

    /// <summary>The agents of the serving node, asked through the cluster's client.</summary>
    public IOnlineAgents Agents { get; private set; } = null!;

    /// <summary>Lets clients connect to a node's silo.</summary>
    public static void OpenTo(IServiceCollection services, int port) =>
        services.PostConfigure<EndpointOptions>(endpoints => endpoints.GatewayPort = port);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task InitializeAsync()
    {
        var certificate = serving.Node.Services.GetRequiredService<LoadedCertificate>();
        client = Host.CreateDefaultBuilder()
            .UseOrleansClient(cluster => cluster
                .UseLocalhostClustering(serving.ClientPort)
                .UseTls(tls => SiloTls.Configure(tls, () => certificate)))
            .Build();
        await client.StartAsync();
        Agents = new GrainOnlineAgents(client.Services.GetRequiredService<IClusterClient>());
        node = await Node.StartAsync(folder, services => services.AddSingleton(Agents), ["--Serving:MaxBodyBytes", "67108864"]);
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await client.StopAsync();
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
