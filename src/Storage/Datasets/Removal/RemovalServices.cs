using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;

namespace Progeny.Storage.Datasets.Removal;

/// <summary>Registers the removal of datasets, and of files that nothing uses.</summary>
internal static class RemovalServices
{
    public static IServiceCollection AddRemoval(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptions.Validator>());
        services.AddSingleton<IDatasetRemoval>(provider => provider.GetRequiredService<DatasetCatalog>());
        services.AddSingleton<IDataArtifactUses>(provider => provider.GetRequiredService<DatasetCatalog>());
        services.AddSingleton<IDataSweep, DataSweep>();
        services.AddSingleton<IDatasetErasure, DatasetErasure>();
        return services;
    }
}
