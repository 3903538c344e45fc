using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>The settings of one silo.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    public string SiloName { get; set; } = "Silo_0";

    public int SiloPort { get; set; }

    public int GatewayPort { get; set; }
}

/// <summary>The settings of an <see cref="InProcessTestCluster"/>.</summary>
public sealed class InProcessTestClusterOptions
{
    public string ClusterId { get; set; } = "";

    public string ServiceId { get; set; } = "";

    public short InitialSilosCount { get; set; } = 1;

    public bool InitializeClientOnDeploy { get; set; } = true;

    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    public List<Action<IHostApplicationBuilder>> ClientHostConfigurationDelegates { get; } = [];
}

/// <summary>Builds a cluster for tests from functions.</summary>
public sealed class InProcessTestClusterBuilder
{
    public InProcessTestClusterBuilder() : this(1)
    {
    }

    public InProcessTestClusterBuilder(short initialSilosCount) => Options = new()
    {
        InitialSilosCount = initialSilosCount,
        ClusterId = TestClusterBuilder.CreateClusterId(),
        ServiceId = Guid.NewGuid().ToString(),
    };

    public InProcessTestClusterOptions Options { get; }

    public InProcessTestClusterBuilder ConfigureSilo(Action<InProcessTestSiloSpecificOptions, ISiloBuilder> configureSiloDelegate) =>
        ConfigureSiloHost((options, host) => configureSiloDelegate(options, new SiloBuilder(host.Services, host.Configuration)));

    public InProcessTestClusterBuilder ConfigureSiloHost(Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder> configureSiloHostDelegate)
    {
        Options.SiloHostConfigurationDelegates.Add(configureSiloHostDelegate);
        return this;
    }

    public InProcessTestClusterBuilder ConfigureClient(Action<IClientBuilder> configureClientDelegate) =>
        ConfigureClientHost(host => configureClientDelegate(new ClientBuilder(host.Services, host.Configuration)));

    public InProcessTestClusterBuilder ConfigureClientHost(Action<IHostApplicationBuilder> configureHostDelegate)
    {
        Options.ClientHostConfigurationDelegates.Add(configureHostDelegate);
        return this;
    }

    public InProcessTestClusterBuilder ConfigureHost(Action<IHostApplicationBuilder> configureDelegate) =>
        ConfigureSiloHost((_, host) => configureDelegate(host)).ConfigureClientHost(configureDelegate);

    public InProcessTestCluster Build() => Options.InitialSilosCount == 1
        ? new InProcessTestCluster(Options)
        : throw new NotSupportedException($"{Options.InitialSilosCount} silos were asked for. {Cluster.Refusal}");
}

/// <summary>A silo and a client in hosts of their own, in the process of the test.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private static int lastPort;
    private InProcessSiloHandle? silo;
    private IHost? client;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    public InProcessTestClusterOptions Options { get; }

    public ReadOnlyCollection<InProcessSiloHandle> Silos => silo is null ? [] : [silo];

    public IClusterClient Client => client?.Services.GetRequiredService<IClusterClient>()
        ?? throw new InvalidOperationException("The cluster has no client: call DeployAsync first.");

    public async Task DeployAsync()
    {
        var port = 40000 + Interlocked.Increment(ref lastPort);
        var siloBuilder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Development });
        var specific = new InProcessTestSiloSpecificOptions { SiloPort = port - 20000, GatewayPort = port };
        siloBuilder.UseOrleans(builder =>
        {
            builder.UseLocalhostClustering(specific.SiloPort, specific.GatewayPort, null, Options.ServiceId, Options.ClusterId);
            builder.Configure<SiloOptions>(options => options.SiloName = specific.SiloName);
        });
        Options.SiloHostConfigurationDelegates.ForEach(each => each(specific, siloBuilder));
        var host = siloBuilder.Build();
        await host.StartAsync();
        silo = new InProcessSiloHandle(host, null);
        if (!Options.InitializeClientOnDeploy)
            return;

        var clientBuilder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = Environments.Development });
        clientBuilder.UseOrleansClient(builder => builder.UseLocalhostClustering(specific.GatewayPort, Options.ServiceId, Options.ClusterId));
        Options.ClientHostConfigurationDelegates.ForEach(each => each(clientBuilder));
        client = clientBuilder.Build();
        await client.StartAsync();
    }

    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) =>
        this.silo?.ServiceProvider ?? throw new InvalidOperationException("The silo is not running.");

    public async Task StopAllSilosAsync()
    {
        if (client is not null)
        {
            await client.StopAsync();
            await ((IAsyncDisposable)client).DisposeAsync();
            client = null;
        }

        if (silo is not null)
            await silo.StopSiloAsync(true);
        silo = null;
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync() => await StopAllSilosAsync();
}
