using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Releases;
using Progeny.Storage.Common;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Releases;

/// <summary>Registers where artifacts are kept.</summary>
internal static class ArtifactServices
{
    /// <summary>The key of the services for the files of datasets and batch applies.</summary>
    internal const string Data = "data";

    /// <summary>The artifacts of a node that stands alone, in its data folder.</summary>
    public static IServiceCollection AddNodeArtifacts(this IServiceCollection services)
    {
        services.AddSingleton<IArtifactStore>(provider => new FileArtifactStore(
            provider.GetRequiredService<DataFolder>().Paths.ArtifactsPath, provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<IDataArtifactStore>(provider => new FileArtifactStore(
            provider.GetRequiredService<DataFolder>().Paths.DataArtifactsPath, provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>
    /// The artifacts of a member of a cluster, where the section <c>Artifacts</c> says, with a cache in the node's data folder.
    /// </summary>
    public static IServiceCollection AddClusterArtifacts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ArtifactsOptions>().Bind(configuration.GetSection("Artifacts")).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ArtifactsOptions>, ArtifactsOptionsValidator>());
        services.AddSingleton(provider => Shared(provider, isData: false));
        services.AddKeyedSingleton(Data, (provider, _) => Shared(provider, isData: true));
        services.AddSingleton(provider => Cache(provider, ""));
        services.AddKeyedSingleton(Data, (provider, _) => Cache(provider, Data));
        services.AddSingleton<IArtifactStore, CachedArtifactStore>();
        services.AddSingleton<IDataArtifactStore>(provider => new CachedArtifactStore(
            provider.GetRequiredKeyedService<ISharedArtifacts>(Data), provider.GetRequiredKeyedService<ArtifactCache>(Data)));
        return services.AddHostedService<ArtifactSweep>();
    }

    /// <summary>The folder of the files of datasets below that of all artifacts.</summary>
    internal static string DataFolderOf(string artifacts) => Path.Combine(artifacts, Data);

    private static ISharedArtifacts Shared(IServiceProvider provider, bool isData)
    {
        var options = provider.GetRequiredService<IOptions<ArtifactsOptions>>().Value;
        return options.Store switch
        {
            ArtifactsOptions.SharedFolder => new FolderArtifacts(isData ? DataFolderOf(options.Folder!) : options.Folder!),
            ArtifactsOptions.S3 => new S3Artifacts(options, isData ? $"{Data}/" : ""),
            _ => new PostgresArtifacts(
                provider.GetRequiredService<ClusterDatabase>(), isData ? PostgresArtifacts.DataTable : PostgresArtifacts.Table),
        };
    }

    private static ArtifactCache Cache(IServiceProvider provider, string folder) => new(
        Path.Combine(provider.GetRequiredService<DataFolder>().Paths.ArtifactsCachePath, folder),
        provider.GetRequiredService<IOptions<ArtifactsOptions>>().Value.CacheBytes,
        provider.GetRequiredService<TimeProvider>());
}
