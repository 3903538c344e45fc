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
    /// <summary>The artifacts of a node that stands alone, in its data folder.</summary>
    public static IServiceCollection AddNodeArtifacts(this IServiceCollection services) =>
        services.AddSingleton<IArtifactStore>(provider => new FileArtifactStore(
            provider.GetRequiredService<DataFolder>().Paths.ArtifactsPath, provider.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// The artifacts of a member of a cluster, where the section <c>Artifacts</c> says, with a cache in the node's data folder.
    /// </summary>
    public static IServiceCollection AddClusterArtifacts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ArtifactsOptions>().Bind(configuration.GetSection("Artifacts")).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ArtifactsOptions>, ArtifactsOptionsValidator>());
        services.AddSingleton(provider => SharedArtifacts(provider, provider.GetRequiredService<IOptions<ArtifactsOptions>>().Value));
        services.AddSingleton(provider => new ArtifactCache(
            provider.GetRequiredService<DataFolder>().Paths.ArtifactsCachePath,
            provider.GetRequiredService<IOptions<ArtifactsOptions>>().Value.CacheBytes,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IArtifactStore, CachedArtifactStore>();
        return services.AddHostedService<ArtifactSweep>();
    }

    private static ISharedArtifacts SharedArtifacts(IServiceProvider provider, ArtifactsOptions options) => options.Store switch
    {
        ArtifactsOptions.SharedFolder => new FolderArtifacts(options.Folder!),
        ArtifactsOptions.S3 => new S3Artifacts(options),
        _ => new PostgresArtifacts(provider.GetRequiredService<ClusterDatabase>()),
    };
}
