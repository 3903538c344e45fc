using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Runtime.Hosting
{
    /// <summary>Adds storages of one's own.</summary>
    public static class StorageProviderExtensions
    {
        public static IServiceCollection AddGrainStorage<T>(
            this IServiceCollection collection, string name, Func<IServiceProvider, string, T> implementationFactory)
            where T : IGrainStorage
        {
            collection.AddKeyedSingleton<IGrainStorage>(name, (services, key) => implementationFactory(services, (string)key!));
            collection.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => new Participant(services.GetRequiredKeyedService<IGrainStorage>(name)));
            if (name == ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
                collection.TryAddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(name));
            return collection;
        }

        private sealed class Participant(IGrainStorage storage) : ILifecycleParticipant<ISiloLifecycle>
        {
            public void Participate(ISiloLifecycle lifecycle) => (storage as ILifecycleParticipant<ISiloLifecycle>)?.Participate(lifecycle);
        }
    }
}

namespace Orleans.Hosting
{
    using Orleans.Runtime.Hosting;

    /// <summary>Adds storage in memory.</summary>
    public static class MemoryGrainStorageSiloBuilderExtensions
    {
        public static ISiloBuilder AddMemoryGrainStorageAsDefault(this ISiloBuilder builder, Action<MemoryGrainStorageOptions> configureOptions) =>
            builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

        public static ISiloBuilder AddMemoryGrainStorageAsDefault(
            this ISiloBuilder builder, Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null) =>
            builder.AddMemoryGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

        public static ISiloBuilder AddMemoryGrainStorage(this ISiloBuilder builder, string name, Action<MemoryGrainStorageOptions> configureOptions) =>
            builder.AddMemoryGrainStorage(name, options => options.Configure(configureOptions));

        public static ISiloBuilder AddMemoryGrainStorage(
            this ISiloBuilder builder, string name, Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null)
        {
            configureOptions?.Invoke(builder.Services.AddOptions<MemoryGrainStorageOptions>(name));
            builder.Services.AddGrainStorage(name, static (_, key) => new MemoryGrainStorage(key));
            return builder;
        }
    }

    /// <summary>Adds storage in a database.</summary>
    public static class AdoNetGrainStorageSiloBuilderExtensions
    {
        private static readonly string[] Invariants = ["System.Data.SQLite", "Microsoft.Data.Sqlite"];

        public static ISiloBuilder AddAdoNetGrainStorageAsDefault(this ISiloBuilder builder, Action<AdoNetGrainStorageOptions> configureOptions) =>
            builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

        public static ISiloBuilder AddAdoNetGrainStorageAsDefault(
            this ISiloBuilder builder, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null) =>
            builder.AddAdoNetGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

        public static ISiloBuilder AddAdoNetGrainStorage(this ISiloBuilder builder, string name, Action<AdoNetGrainStorageOptions> configureOptions) =>
            builder.AddAdoNetGrainStorage(name, options => options.Configure(configureOptions));

        public static ISiloBuilder AddAdoNetGrainStorage(
            this ISiloBuilder builder, string name, Action<OptionsBuilder<AdoNetGrainStorageOptions>>? configureOptions = null)
        {
            configureOptions?.Invoke(builder.Services.AddOptions<AdoNetGrainStorageOptions>(name));
            builder.Services.AddOptions<AdoNetGrainStorageOptions>(name).PostConfigure<IServiceProvider>((options, services) =>
                options.GrainStorageSerializer ??= services.GetService<IGrainStorageSerializer>() ?? new SystemTextJsonStorageSerializer());
            builder.Services.AddSingleton<IConfigurationValidator>(services => new Validator(name, Options(services, name)));
            builder.Services.AddGrainStorage(name, (services, key) =>
                new AdoNetGrainStorage(key, Options(services, key), services.GetRequiredService<IOptions<ClusterOptions>>()));
            return builder;
        }

        private static AdoNetGrainStorageOptions Options(IServiceProvider services, string name) =>
            services.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name);

        private sealed class Validator(string name, AdoNetGrainStorageOptions options) : IConfigurationValidator
        {
            public void ValidateConfiguration()
            {
                if (string.IsNullOrWhiteSpace(options.ConnectionString))
                    throw new OrleansConfigurationException($"Grain storage «{name}» has no ConnectionString.");
                if (!Invariants.Contains(options.Invariant))
                {
                    throw new OrleansConfigurationException(
                        $"Grain storage «{name}» is on «{options.Invariant}»; the stand-in for Orleans keeps state on SQLite only ({string.Join(" or ", Invariants)}). "
                        + "Other databases need the package Microsoft.Orleans.Persistence.AdoNet 10.4.2.");
                }
            }
        }
    }
}
