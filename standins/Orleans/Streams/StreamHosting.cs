using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Streams;

namespace Orleans.Hosting
{
    /// <summary>Settings of memory streams; the stand-in has none.</summary>
    public interface ISiloMemoryStreamConfigurator;

    /// <inheritdoc cref="ISiloMemoryStreamConfigurator"/>
    public interface IClusterClientMemoryStreamConfigurator;

    /// <summary>Adds streams in memory to a silo.</summary>
    public static class SiloBuilderMemoryStreamExtensions
    {
        public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
        {
            configure?.Invoke(new Configurator());
            builder.Services.TryAddSingleton<StreamBroker>();
            builder.Services.AddKeyedSingleton<IStreamProvider>(name, static (services, key) =>
                new StreamProvider(services.GetRequiredService<StreamBroker>, (string)key!));
            return builder;
        }

        private sealed class Configurator : ISiloMemoryStreamConfigurator;
    }

    /// <summary>Adds streams in memory to a client.</summary>
    public static class ClientBuilderStreamingExtensions
    {
        public static IClientBuilder AddMemoryStreams(this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null)
        {
            configure?.Invoke(new Configurator());
            builder.Services.AddKeyedSingleton<IStreamProvider>(name, static (services, key) => new StreamProvider(
                () => (services.GetRequiredService<ClientConnection>().Runtime.Silo ?? throw new InvalidOperationException("The client is not connected yet."))
                    .Services.GetService<StreamBroker>() ?? throw new OrleansConfigurationException("The silo has no streams: call AddMemoryStreams there, too."),
                (string)key!));
            return builder;
        }

        private sealed class Configurator : IClusterClientMemoryStreamConfigurator;
    }
}

namespace Orleans
{
    /// <summary>The stream providers of a client.</summary>
    public static class ClientStreamingExtensions
    {
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) => StreamProvider.Get(client.ServiceProvider, name);
    }

    /// <summary>The stream providers of a grain.</summary>
    public static class GrainStreamingExtensions
    {
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) => StreamProvider.Get(grain.ServiceProvider, name);

        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) => StreamProvider.Get(grain.GrainContext.ActivationServices, name);
    }
}

namespace Orleans.Streams
{
    /// <summary>Gives streams in memory, and says who subscribes them.</summary>
    internal sealed class StreamProvider(Func<StreamBroker> broker, string name) : IStreamProvider, Core.IStreamSubscriptionManagerRetriever
    {
        public string Name => name;

        public bool IsRewindable => false;

        public static IStreamProvider Get(IServiceProvider services, string name)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            return services.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException(name);
        }

        public IAsyncStream<T> GetStream<T>(StreamId streamId) => new AsyncStream<T>(broker, name, streamId);

        public Core.IStreamSubscriptionManager GetStreamSubscriptionManager() => new StreamSubscriptionManager(broker());
    }
}
