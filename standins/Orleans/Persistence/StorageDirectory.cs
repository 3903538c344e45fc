using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Persistence;

/// <summary>Finds the storage that a grain asks for.</summary>
internal static class StorageDirectory
{
    public static IGrainStorage Get(IServiceProvider services, string? name, Type grain) =>
        services.GetKeyedService<IGrainStorage>(string.IsNullOrEmpty(name) ? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME : name)
        ?? (string.IsNullOrEmpty(name) ? services.GetService<IGrainStorage>() : null)
        ?? throw new OrleansConfigurationException(string.IsNullOrEmpty(name)
            ? $"No default storage provider found loading grain type {grain.FullName}: add one, e.g. AddMemoryGrainStorageAsDefault()."
            : $"No storage provider named \"{name}\" found loading grain type {grain.FullName}.");
}
