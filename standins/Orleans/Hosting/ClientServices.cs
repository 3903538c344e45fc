using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>What a client consists of.</summary>
internal static class ClientServices
{
    public static void Add(IServiceCollection services)
    {
        if (services.Any(each => each.ServiceType == typeof(ClientConnection)))
            return;
        if (services.Any(each => each.ServiceType == typeof(Silo)))
            throw new OrleansConfigurationException("A host has either a silo, which brings its own client, or a client: UseOrleans and UseOrleansClient exclude each other.");
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ClientConnection>();
        services.AddSingleton<IClusterClient>(static provider => provider.GetRequiredService<ClientConnection>().Runtime.Factory);
        services.AddSingleton<IGrainFactory>(static provider => provider.GetRequiredService<IClusterClient>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ClientConnection>());
    }
}

/// <summary>A client's way to a silo of the same process.</summary>
internal sealed class ClientConnection : IHostedService
{
    private readonly IServiceProvider services;
    private readonly ClusterOptions cluster;
    private readonly GatewayPorts gateways;
    private readonly LifecycleSubject lifecycle;

    public ClientConnection(
        IServiceProvider services,
        IOptions<ClusterOptions> cluster,
        IOptions<ClientMessagingOptions> messaging,
        IOptions<GatewayPorts> gateways,
        ILogger<ClientConnection> logger)
    {
        this.services = services;
        this.cluster = cluster.Value;
        this.gateways = gateways.Value;
        lifecycle = new LifecycleSubject(logger);
        Runtime = new GrainRuntime(messaging.Value, GrainClasses.Instance, services, services.GetServices<IOutgoingGrainCallFilter>());
    }

    public GrainRuntime Runtime { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var validator in services.GetServices<IConfigurationValidator>())
            validator.ValidateConfiguration();
        Runtime.Silo = SiloDirectory.Find(cluster.ClusterId, gateways.Ports);
        foreach (var participant in services.GetServices<ILifecycleParticipant<IClusterClientLifecycle>>())
            participant.Participate(lifecycle);
        await lifecycle.OnStart(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => lifecycle.OnStop(cancellationToken);
}

/// <summary>The gateway ports that a client may use; none: any.</summary>
internal sealed class GatewayPorts
{
    public HashSet<int> Ports { get; } = [];
}
