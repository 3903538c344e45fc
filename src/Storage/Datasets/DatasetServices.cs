using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Progeny.Core.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets.Contracts;
using Progeny.Storage.Datasets.Ingestion;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Feeds;
using Progeny.Storage.Datasets.Removal;
using Progeny.Storage.Datasets.Rows;
using Progeny.Storage.Datasets.Snapshots;
using Progeny.Storage.Datasets.Reading;
using Progeny.Storage.Datasets.Subscriptions;

namespace Progeny.Storage.Datasets;

/// <summary>Registers the work on datasets.</summary>
internal static class DatasetServices
{
    /// <summary>What reads and writes files of datasets, wherever their catalog is.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDatasetsOptions(configuration);
        services.AddSingleton<DuckDbEngine>();
        services.AddSingleton<ArtifactFiles>();
        services.AddSingleton<DatasetGates>();
        services.AddSingleton<IDatasetCatalog>(provider => provider.GetRequiredService<DatasetCatalog>());
        services.AddRemoval(configuration);
        services.AddSingleton<ITrainingSnapshots, ParquetSnapshots>();
        services.AddSingleton<DatasetLakeSchema>();
        services.AddSingleton<ILakeSchema>(provider => provider.GetRequiredService<DatasetLakeSchema>());
        services.AddSingleton<ILakeSchema, QueryLakeSchema>();
        services.AddSingleton<ILakeSchema, OutcomeLakeSchema>();
        services.AddSingleton<ILakeSchema, MetricLakeSchema>();
        services.AddDuckDbFeeds();
        services.AddContracts();
        services.AddAppendedRows(configuration);
        services.AddSubscriptions(configuration);
        services.AddSingleton<IDatasetIngestion, DatasetIngestion>();
        services.AddSingleton<IDatasetReader, DatasetReader>();
        services.AddSingleton<NewestRows>();
        services.AddSingleton<ProfileQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<ProfileQueue>());
        return services;
    }

    /// <summary>What reads files where there is no node: source.file, and feeds of kind duckdb over folders.</summary>
    public static IServiceCollection AddLocalFiles(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDatasetsOptions(configuration);
        services.AddSingleton(provider => new DuckDbEngine(
            provider.GetRequiredService<IOptions<DatasetsOptions>>().Value, Path.GetTempPath()));
        return services.AddDuckDbFeeds();
    }

    private static void AddDatasetsOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatasetsOptions>().Bind(configuration.GetSection(DatasetsOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DatasetsOptions>, DatasetsOptions.Validator>());
    }

    private static IServiceCollection AddDuckDbFeeds(this IServiceCollection services) => services
        .AddSingleton<QueryTurns>()
        .AddSingleton<ILake, DuckDbLake>()
        .AddSingleton<ILakeFeeds, LakeFeeds>()
        .AddSingleton<IFileFeeds, TableFiles>();
}
