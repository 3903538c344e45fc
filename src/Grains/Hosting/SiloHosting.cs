using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Hosting;
using Progeny.Core.Metrics;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Views;
using Progeny.Grains.Common;
using Progeny.Grains.Datasets;
using Progeny.Grains.Evaluation;
using Progeny.Grains.Feedback;
using Progeny.Grains.Gates;
using Progeny.Grains.Metrics;
using Progeny.Grains.QueryLog;
using Progeny.Grains.Releases;
using Progeny.Grains.Retraining;
using Progeny.Grains.Rollouts;
using Progeny.Grains.Security;
using Progeny.Grains.Serving;
using Progeny.Grains.Telemetry;
using Progeny.Grains.Training;
using Progeny.Grains.Tuning;
using ClusterOptions = Progeny.Core.Common.ClusterOptions;

namespace Progeny.Grains.Hosting;

/// <summary>Makes a host a node: a silo with all grains.</summary>
public static class SiloHosting
{
    /// <summary>
    /// How long an idle grain stays. Orleans plans by the clock of the wall when it goes, and activates no grain once that clock was put
    /// back by more than this. Before, <see cref="IdleCollector"/> has it collect them by the monotonic clock.
    /// </summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromDays(30);

    /// <summary>Adds the silo.</summary>
    /// <param name="cluster">Whether, and of what, the silo is a member.</param>
    /// <param name="grainsConnectionString">
    /// The database for what grains store, PostgreSQL's of a member and else a SQLite file; its tables exist when the silo starts.
    /// </param>
    /// <param name="jobsFolder">The folder for the folders of running jobs.</param>
    public static void AddProgenySilo(
        this IHostApplicationBuilder builder, ClusterOptions cluster, string grainsConnectionString, string jobsFolder)
    {
        var services = builder.Services;
        var options = builder.Configuration.Read<SiloOptions>("Silo");
        if (!cluster.IsMember)
            options.Roles = string.Join(',', SiloRoles.All);
        builder.AddShared(jobsFolder, options.IsServing);
        services.AddSingleton<Leadership>();
        services.AddSingleton<IPlanSource, GrainPlanSource>();
        services.AddSingleton<AgentRegistry>();
        services.AddSingleton<OnlineAgentFactory>();
        services.AddSingleton<IOnlineAgents, OnlineAgents>();
        services.AddReleases(builder.Configuration);
        services.AddJobs();
        services.AddOfflineAgents(builder.Configuration);
        services.AddHostedService<SiloInstruments>();
        services.AddHostedService<ViewInstruments>();
        services.AddRollouts(builder.Configuration);
        services.AddSingleton<QueryLogBuffer>();
        services.AddSingleton(provider => new QueryFinder(
            provider.GetRequiredService<IQueryLog>(),
            provider.GetRequiredService<QueryLogBuffer>(),
            cluster.IsMember,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EmptyGrainCollector>();

        // Hosts stop what they started last first: the buffer outlives the silo, so that no record of the last queries is lost.
        services.AddHostedService<QueryLogService>();
        services.AddHostedService<QueryArchiveService>();
        services.AddSingleton(new SiloRoleList(options.RoleList));
        services.AddPlacementDirector<OwnSiloPlacement, OwnSiloPlacement.Director>();
        builder.UseOrleans(silo =>
        {
            if (cluster.IsMember)
                silo.UseCluster(cluster, options, grainsConnectionString);
            else
                StandAlone(silo, options);
            silo.UseSiloMetadata(options.RoleList.ToDictionary(role => role, _ => "true"));
            // Transient: each kind of grain has a filter with a role of its own.
            silo.Services.AddPlacementFilter<RolePlacementFilter, RolePlacementFilter.Director>(ServiceLifetime.Transient);
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(provider => provider.GetRequiredService<EmptyGrainCollector>());
            silo.Services.AddSingleton<IOutgoingGrainCallFilter, StopCallFilter>();
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = IdleFor);
            silo.AddAdoNetGrainStorage(cluster.IsMember ? StorageNames.Database : StorageNames.Grains, storage =>
            {
                storage.Invariant = cluster.IsMember ? StorageNames.PostgresInvariant : StorageNames.SqliteInvariant;
                storage.ConnectionString = grainsConnectionString;
                storage.GrainStorageSerializer = new ProgenyGrainStorageSerializer();
            });
            silo.AddMemoryStreams(StreamNames.QueryProvider, streams =>
            {
                if (cluster.IsMember)
                    streams.UseFewMessages();
            });
            silo.Services.Configure<StreamCacheEvictionOptions>(StreamNames.QueryProvider, eviction =>
            {
                // A subscriber that stalls holds what came in these seconds, and misses what is older.
                eviction.DataMinTimeInCache = TimeSpan.FromSeconds(1);
                eviction.DataMaxAgeInCache = TimeSpan.FromSeconds(10);
            });
        });
        services.AddMetrics(builder.Configuration);
        services.AddHostedService<AgentPoller>();
        services.AddSingleton<QueryStreamPublisher>();
        services.AddSingleton<IQueryBatchSink>(provider => provider.GetRequiredService<QueryStreamPublisher>());
        services.AddSingleton<IQueryOutlet>(provider => provider.GetRequiredService<QueryStreamPublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<QueryStreamPublisher>());
        services.AddHostedService<ProjectWaker>();
        services.AddHostedService<OutcomeScoringService>();
        services.AddHostedService<SegmentService>();
        services.AddHostedService<SubscriptionService>();
        services.AddHostedService<RemovalService>();
        services.AddHostedService<ActivityPublisher>();
        services.AddHostedService<IdleCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<EmptyGrainCollector>());
    }

    /// <summary>Adds what a process without a silo needs to answer clients of the API through the nodes of a cluster.</summary>
    /// <param name="connectionString">The cluster's database.</param>
    /// <param name="jobsFolder">The folder in which a model is checked that ended this process before.</param>
    public static void AddProgenyClient(
        this IHostApplicationBuilder builder, ClusterOptions cluster, string connectionString, string jobsFolder)
    {
        var services = builder.Services;
        builder.AddShared(jobsFolder, isServing: false);
        services.AddSingleton<IOnlineAgents>(provider => provider.GetRequiredService<GrainOnlineAgents>());
        services.AddSingleton<ServingMeters>();
        services.AddSingleton(
            provider =>
                new QueryFinder(
                    provider.GetRequiredService<IQueryLog>(), null, isShared: true, provider.GetRequiredService<TimeProvider>()));
        builder.UseCluster(cluster, connectionString);
    }

    /// <summary>Adds what processes with a silo and without one need.</summary>
    private static void AddShared(this IHostApplicationBuilder builder, string jobsFolder, bool isServing)
    {
        var services = builder.Services;
        var startup = new StartupLog();
        startup.AddFilters(builder.Logging, builder.Configuration);
        services.AddSingleton(startup);
        services.AddSingleton<SiloStop>();
        services.AddSingleton<ProcessLoad>();
        services.AddSingleton<NodeReadiness>();
        services.AddSingleton<IClusterOverview, ClusterOverview>();
        services.TryAddSingleton(TimeProvider.System);
        var name = new NodeName(builder.Configuration.Read<SiloOptions>("Silo").ShownName);
        services.AddSingleton(name);
        services.AddOtlp(builder.Configuration, name);
        services.AddSingleton<ViewAges>();
        services.AddSingleton<ServedGenerations>();
        services.AddSingleton<DatasetUsers>();
        services.AddTrainers(builder.Configuration, jobsFolder);
        services.AddModels(builder.Configuration, isServing);
        services.AddSingleton<InferencePipeline>();
        services.AddSingleton<IBlueprintSource, GrainBlueprintSource>();
        services.AddSingleton<GrainOnlineAgents>();
        services.AddEvaluation();
        services.AddGates();
        services.AddArchive();
    }

    private static void StandAlone(ISiloBuilder silo, SiloOptions options)
    {
        // No gateway: a client there would have no need to prove who it is, and those of this process need none.
        // No other process connects to the port between silos: none has the certificate.
        var certificate = CertificateSource.CreateUnshared();
        silo.Services.AddSingleton(certificate);
        silo.UseTls(tls => SiloTls.Configure(tls, () => certificate));
        silo.UseLocalhostClustering(NodeSettings.FreePort("Silo:Port", options.Port ?? 0), gatewayPort: 0);
        silo.Configure<Orleans.Configuration.ClusterOptions>(names => names.ServiceId = ClusterOptions.AloneServiceId);
        // The table of members holds this silo alone, which must not evict itself when the machine's clock leaps.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
            membership.DefunctSiloCleanupPeriod = null;
        });
        silo.Configure<Orleans.Configuration.SiloOptions>(names => names.SiloName = options.ShownName);
        silo.UseInMemoryReminderService();
        silo.AddMemoryGrainStorage(StorageNames.PubSub);
    }
}
