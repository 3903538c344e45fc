using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo and a client in hosts of their own, in the process of the test.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private static int lastPort;
    private readonly IReadOnlyList<Action<IConfigurationBuilder>> configuration;
    private readonly IReadOnlyList<Func<object>> siloConfigurators;
    private readonly IReadOnlyList<Func<object>> clientConfigurators;
    private readonly int gatewayPort = 30000 + Interlocked.Increment(ref lastPort);
    private InProcessSiloHandle? silo;
    private IHost? client;

    internal TestCluster(
        TestClusterOptions options,
        IReadOnlyList<Action<IConfigurationBuilder>> configuration,
        IReadOnlyList<Func<object>> siloConfigurators,
        IReadOnlyList<Func<object>> clientConfigurators)
    {
        Options = options;
        this.configuration = configuration;
        this.siloConfigurators = siloConfigurators;
        this.clientConfigurators = clientConfigurators;
    }

    public TestClusterOptions Options { get; }

    public SiloHandle? Primary => silo;

    public IReadOnlyList<SiloHandle> SecondarySilos { get; } = [];

    public ReadOnlyCollection<SiloHandle> Silos => silo is null ? [] : [silo];

    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    public IGrainFactory GrainFactory => Client;

    /// <summary>The services of the client.</summary>
    public IServiceProvider ServiceProvider =>
        client?.Services ?? throw new InvalidOperationException("The cluster has no client: call DeployAsync or InitializeClientAsync first.");

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        if (silo is not null)
            throw new InvalidOperationException("The cluster runs already.");
        silo = await StartSiloAsync("Primary");
        if (Options.InitializeClientOnDeploy)
            await InitializeClientAsync();
    }

    public async Task InitializeClientAsync()
    {
        var builder = Host.CreateDefaultBuilder().UseEnvironment(Environments.Development);
        builder.ConfigureHostConfiguration(Configure);
        var made = clientConfigurators.Select(create => create()).ToArray();
        foreach (var each in made.OfType<IHostConfigurator>())
            each.Configure(builder);
        builder.UseOrleansClient((context, clientBuilder) =>
        {
            clientBuilder.UseLocalhostClustering(gatewayPort, Options.ServiceId, Options.ClusterId);
            foreach (var each in made.OfType<IClientBuilderConfigurator>())
                each.Configure(context.Configuration, clientBuilder);
        });
        client = builder.Build();
        await client.StartAsync();
    }

    public IEnumerable<SiloHandle> GetActiveSilos() => Silos.Where(each => each.IsActive);

    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => Silos.FirstOrDefault(each => each.SiloAddress.Equals(siloAddress));

    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) =>
        this.silo is { IsActive: true } own && (silo is null || own.SiloAddress.Equals(silo))
            ? own.SiloHost.Services
            : throw new ArgumentException($"The silo {silo} is not active.", nameof(silo));

    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance)
    {
        await StopSiloAsync(instance);
        return silo = await StartSiloAsync(instance.Name);
    }

    public Task StopSiloAsync(SiloHandle instance) => instance.StopSiloAsync(true);

    public Task KillSiloAsync(SiloHandle instance) => instance.StopSiloAsync(false);

    public async Task StopClusterClientAsync()
    {
        if (client is null)
            return;
        await client.StopAsync();
        await ((IAsyncDisposable)client).DisposeAsync();
        client = null;
    }

    public Task KillClientAsync() => StopClusterClientAsync();

    public Task StopPrimarySiloAsync() => silo?.StopSiloAsync(true) ?? Task.CompletedTask;

    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        if (silo is not null)
            await silo.StopSiloAsync(true);
        silo = null;
    }

    public Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) =>
        throw new NotSupportedException($"A further silo was asked for. {Cluster.Refusal}");

    /// <summary>One silo has nothing to wait for.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => Task.CompletedTask;

    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllSilosAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<InProcessSiloHandle> StartSiloAsync(string name)
    {
        var builder = Host.CreateDefaultBuilder().UseEnvironment(Environments.Development);
        builder.ConfigureHostConfiguration(Configure);
        var made = siloConfigurators.Select(create => create()).ToArray();
        foreach (var each in made.OfType<IHostConfigurator>())
            each.Configure(builder);
        builder.UseOrleans((_, siloBuilder) =>
        {
            siloBuilder.UseLocalhostClustering(gatewayPort - 18889, gatewayPort, null, Options.ServiceId, Options.ClusterId);
            siloBuilder.Configure<SiloOptions>(options => options.SiloName = name);
            foreach (var each in made.OfType<ISiloConfigurator>())
                each.Configure(siloBuilder);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }

        return new InProcessSiloHandle(host, Options);
    }

    private void Configure(IConfigurationBuilder builder)
    {
        foreach (var each in configuration)
            each(builder);
    }
}
