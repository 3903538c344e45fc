using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Alerts;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Expressions;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Releases;
using Progeny.Core.Rules;
using Progeny.Core.Security.Audit;
using Progeny.Core.Security;
using Progeny.Storage.Alerts;
using Progeny.Storage.Apply;
using Progeny.Storage.Common;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Rows;
using Progeny.Storage.Decisions;
using Progeny.Storage.Evaluation;
using Progeny.Storage.Expressions;
using Progeny.Storage.Feedback;
using Progeny.Storage.Feeds;
using Progeny.Storage.Metrics.Postgres;
using Progeny.Storage.Metrics.Sqlite;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.QueryLog.Tap;
using Progeny.Storage.Releases;
using Progeny.Storage.Security;
using Progeny.Storage.Tracking;
using Progeny.Storage.Tracking.Postgres;
using Progeny.Storage.Tracking.Sqlite;

namespace Progeny.Storage;

/// <summary>Registers what stores things.</summary>
public static class StorageServices
{
    /// <summary>
    /// The stores of a node: artifacts, query log and outcomes, under its data folder or, in a cluster, in the cluster's database; and the
    /// feeds of the configuration section <c>Feeds</c>. Settings are checked, and the folder is locked, before the node starts.
    /// </summary>
    /// <exception cref="ExposureException">The cluster's database is on another machine, and reached without protection.</exception>
    /// <param name="cluster">Whether, and of what, the node is a member; null: as the section <c>Cluster</c> says.</param>
    public static IServiceCollection AddProgenyStorage(
        this IServiceCollection services, IConfiguration configuration, ClusterOptions? cluster = null)
    {
        services.AddOptions<StorageOptions>()
            .Configure(options => options.DataFolder = StorageOptions.From(configuration).DataFolder)
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DataFolder>();
        services.AddHostedService<DataFolderStartup>();
        // A node has its secret in place of it.
        services.TryAddSingleton(new AuditSeal([]));
        cluster ??= configuration.GetSection("Cluster").Get<ClusterOptions>() ?? new ClusterOptions();
        if (cluster.IsMember && PostgresTls.FindUnprotected(cluster.ConnectionString) is { } server)
            services.AddSingleton(
                Exposure.Allow(configuration[Exposure.Setting], $"Cluster:ConnectionString names {server}", PostgresTls.Right));
        _ = cluster.IsMember ? services.AddClusterStores(cluster, configuration) : services.AddNodeStores();
        services.AddHostedService<PostgresRoleCheck>();
        services.AddQueryArchive(configuration);
        return services.AddTap(configuration).AddExpressions().AddDatasets(configuration).AddApply(configuration).AddFeeds(configuration)
            .AddTracking().AddWebhooks(configuration);
    }

    /// <summary>What the development commands need: the configured feeds, and artifacts that vanish with the services.</summary>
    public static IServiceCollection AddVolatileStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IArtifactStore, VolatileArtifactStore>();
        return services.AddExpressions().AddLocalFiles(configuration).AddFeeds(configuration);
    }

    /// <summary>The stores of a node that stands alone, under its data folder.</summary>
    private static IServiceCollection AddNodeStores(this IServiceCollection services)
    {
        services.AddHostedService<GrainFileStartup>();
        services.AddSingleton<IDatabaseHealth, OwnFilesHealth>();
        services.AddNodeArtifacts();
        services.AddSingleton(provider => new QueryDatabase(
            provider.GetRequiredService<DataFolder>().Paths.QueriesPath, provider.GetService<ILogger<QueryDatabase>>()));
        services.AddSingleton<IQueryLog, SqliteQueryLog>();
        services.AddSingleton<IQueryErasure, SqliteQueryErasure>();
        services.AddSingleton<IArchiveMarkWriter, SqliteArchiveMarks>();
        services.AddSingleton<QueryStore>(provider => provider.GetRequiredService<QueryDatabase>()).AddQueryReaders();
        services.AddSingleton(provider => new MetricsDatabase(
            provider.GetRequiredService<DataFolder>().Paths.MetricsPath,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<MetricsDatabase>>()));
        services.AddSingleton<IMetricsStore, SqliteMetricsStore>();
        services.AddSingleton<IScoreStore, SqliteScoreStore>();
        services.AddSingleton<SqliteAuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<SqliteAuditLog>());
        services.AddSingleton<IDecisionLog, SqliteDecisionLog>();
        services.AddSingleton<IApiKeyStore, SqliteApiKeyStore>();
        services.AddSingleton<IEvaluationStore, SqliteEvaluationStore>();
        services.AddSingleton(provider => new DatasetDatabase(provider.GetRequiredService<DataFolder>().Paths.DatasetsPath));
        services.AddSingleton<DatasetCatalog, SqliteDatasetCatalog>();
        services.AddSingleton<IRowKeys, SqliteRowKeys>();
        services.AddSingleton<IDatasetCatalog, SqliteDatasetCatalog>();
        services.AddSingleton<IApplyLedger, SqliteApplyLedger>();
        services.AddSingleton<TrackingDatabase>(
            provider => new SqliteTrackingDatabase(provider.GetRequiredService<DataFolder>().Paths.TrackingPath));
        return services;
    }

    /// <summary>The stores that all members of a cluster share, in its database.</summary>
    private static IServiceCollection AddClusterStores(
        this IServiceCollection services, ClusterOptions cluster, IConfiguration configuration)
    {
        services.AddSingleton(Options.Create(cluster));
        services.AddSingleton<ClusterDatabase>();
        services.AddHostedService<ClusterDatabaseStartup>();
        services.AddSingleton<IMemberNumbers, PostgresMemberNumbers>();
        services.AddSingleton<ClusterDatabaseHealth>();
        services.AddSingleton<IDatabaseHealth>(provider => provider.GetRequiredService<ClusterDatabaseHealth>());
        services.AddHostedService(provider => provider.GetRequiredService<ClusterDatabaseHealth>());
        services.AddSingleton<PostgresPerfdb>();
        services.AddSingleton<IMetricsStore, PostgresMetricsStore>();
        services.AddSingleton<IScoreStore, PostgresScoreStore>();
        services.AddSingleton<PostgresAuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<PostgresAuditLog>());
        services.AddSingleton<IDecisionLog, PostgresDecisionLog>();
        services.AddSingleton<IApiKeyStore, PostgresApiKeyStore>();
        services.AddSingleton<ISessionKeyStore, PostgresSessionKeyStore>();
        services.AddSingleton<IEvaluationStore, PostgresEvaluationStore>();
        services.AddSingleton<DatasetCatalog, PostgresDatasetCatalog>();
        services.AddSingleton<IRowKeys, PostgresRowKeys>();
        services.AddSingleton<IDatasetCatalog, PostgresDatasetCatalog>();
        services.AddSingleton<IApplyLedger, PostgresApplyLedger>();
        services.AddSingleton<TrackingDatabase, PostgresTrackingDatabase>();
        services.AddSingleton<PostgresQueryStore>();
        services.AddSingleton<QueryStore>(provider => provider.GetRequiredService<PostgresQueryStore>()).AddQueryReaders();
        services.AddSingleton<IQueryLog, PostgresQueryLog>();
        services.AddSingleton<IQueryErasure, PostgresQueryErasure>();
        services.AddSingleton<IArchiveMarkWriter, PostgresArchiveMarks>();
        return services.AddClusterArtifacts(configuration);
    }

    /// <summary>What reads and follows the query log, and keeps the outcomes beside it, wherever they are.</summary>
    private static IServiceCollection AddQueryReaders(this IServiceCollection services) =>
        services.AddSingleton<IQueryLogTail, QueryLogTail>()
            .AddSingleton<ErasureMarks>()
            .AddSingleton<IOutcomeStore, OutcomeStore>()
            .AddSingleton<IKeyedOutcomes, KeyedOutcomes>()
            .AddSingleton<IAnsweredQueries, AnsweredQueries>()
            .AddSingleton<IFeedbackReader, FeedbackReader>();

    private static IServiceCollection AddTap(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Tap:RabbitMq");
        if (string.IsNullOrEmpty(section[nameof(RabbitMqTapOptions.Uri)]))
            return services;
        services.AddOptions<RabbitMqTapOptions>().Bind(section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RabbitMqTapOptions>, RabbitMqTapOptionsValidator>());
        services.AddSingleton<RabbitMqTap>();
        services.AddSingleton<IQueryBatchSink>(provider => provider.GetRequiredService<RabbitMqTap>());
        services.AddSingleton<IQueryOutlet>(provider => provider.GetRequiredService<RabbitMqTap>());
        return services.AddHostedService(provider => provider.GetRequiredService<RabbitMqTap>());
    }

    private static IServiceCollection AddExpressions(this IServiceCollection services) =>
        services.AddSingleton<IExpressionEngine, SqliteExpressionEngine>()
            .AddSingleton<RuleCompiler>()
            .AddSingleton<ReleaseCompiler>()
            .AddSingleton<CompiledReleases>();

    private static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhooksOptions>()
            .Configure(options =>
            {
                var section = configuration.GetSection("Webhooks");
                options.AllowedNetworks = section[WebhooksOptions.AllowedNetworksKey];
                foreach (var webhook in section.GetChildren()
                    .Where(child => !child.Key.Equals(WebhooksOptions.AllowedNetworksKey, StringComparison.OrdinalIgnoreCase)))
                    options.Webhooks[webhook.Key] = webhook.Get<WebhookOptions>() ?? new WebhookOptions();
            })
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhooksOptions>, WebhooksOptionsValidator>());
        services.AddSingleton<IWebhooks, HttpWebhooks>();
        services.AddSingleton<ManifestGrants>();
        services.AddSingleton<ViewProbe>();
        return services;
    }

    private static IServiceCollection AddFeeds(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FeedsOptions>()
            .Configure(options => configuration.GetSection("Feeds").Bind(options.Feeds))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FeedsOptions>, FeedsOptionsValidator>());
        services.AddSingleton<FeedCatalog>();
        services.AddSingleton<IFeedCatalog>(provider => provider.GetRequiredService<FeedCatalog>());
        return services;
    }
}
