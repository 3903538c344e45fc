using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>What a silo consists of.</summary>
internal static class SiloServices
{
    public static void Add(IServiceCollection services)
    {
        if (services.Any(each => each.ServiceType == typeof(Silo)))
            return;
        if (services.Any(each => each.ServiceType == typeof(ClientConnection)))
            throw new OrleansConfigurationException("A host has either a silo, which brings its own client, or a client: UseOrleans and UseOrleansClient exclude each other.");
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Silo>();
        services.AddSingleton<ILocalSiloDetails>(static provider => provider.GetRequiredService<Silo>());
        services.AddSingleton<IGrainRuntime>(static provider => provider.GetRequiredService<Silo>());
        services.AddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        services.AddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IClusterClient>(static provider => provider.GetRequiredService<Silo>().Runtime.Factory);
        services.AddSingleton<IGrainFactory>(static provider => provider.GetRequiredService<IClusterClient>());
        services.AddSingleton<ISiloLifecycle>(static provider => provider.GetRequiredService<Silo>().Lifecycle);
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddScoped(static provider => provider.GetRequiredService<IGrainContextAccessor>().GrainContext);
        services.AddSingleton<IHostedService, SiloHostedService>();
        services.AddSingleton<IConfigurationValidator, ClusterOptionsValidator>();
        services.AddSingleton<IConfigurationValidator, GrainValidator>();
    }

    private sealed class GrainContextAccessor : IGrainContextAccessor
    {
        public IGrainContext GrainContext => RuntimeContext.Current
            ?? throw new InvalidOperationException("No activation is running here: an IGrainContext is only to be had in a grain.");
    }

    private sealed class SiloHostedService(Silo silo) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => silo.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
    }

    private sealed class ClusterOptionsValidator(IOptions<ClusterOptions> options) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (string.IsNullOrWhiteSpace(options.Value.ClusterId) || string.IsNullOrWhiteSpace(options.Value.ServiceId))
                throw new OrleansConfigurationException("ClusterOptions: ClusterId and ServiceId must not be empty.");
        }
    }
}
