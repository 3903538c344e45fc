using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Progeny.Abstractions.Common;
using Progeny.Core.Manifests;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Training;
using Progeny.Core.Tuning;
using Progeny.Grains.Common;
using Progeny.Grains.Evaluation;
using Progeny.Grains.Feedback;
using Progeny.Grains.Gates;
using Progeny.Grains.Metrics;
using Progeny.Grains.QueryLog;
using Progeny.Grains.Releases;
using Progeny.Grains.Retraining;
using Progeny.Grains.Rollouts;
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
    /// How long an idle grain stays. Orleans plans by the clock of the wall when it goes, and activates no grain once that clock was put back by
    /// more than this. Before, <see cref="IdleCollector"/> has it collect them by the monotonic clock.
    /// </summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromDays(30);

    /// <summary>Adds the silo.</summary>
    /// <param name="cluster">Whether, and of what, the silo is a member.</param>
    /// <param name="grainsConnectionString">
    /// The database for what grains store, PostgreSQL's of a member and else a SQLite file; its tables exist when the silo starts.
    /// </param>
    /// <param name="jobsFolder">The folder for the folders of running jobs.</param>
    public static void AddProgenySilo(this IHostApplicationBuilder builder, ClusterOptions cluster, string grainsConnectionString, string jobsFolder)
    {
        var services = builder.Services;
        var startup = new StartupLog();
        startup.AddFilters(builder.Logging, builder.Configuration);
        services.AddSingleton(startup);
        services.AddSingleton<SiloStop>();
        services.AddSingleton<Leadership>();
        services.AddSingleton<ProcessLoad>();
        services.AddSingleton<NodeReadiness>();
        services.AddSingleton<ClusterOverview>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddOtlp(builder.Configuration);
        services.AddSingleton<ServedGenerations>();
        services.AddModels(builder.Configuration);
        services.AddSingleton<InferencePipeline>();
        services.AddSingleton<IPlanSource, GrainPlanSource>();
        services.AddSingleton<IBlueprintSource, GrainBlueprintSource>();
        services.AddSingleton<AgentRegistry>();
        services.AddSingleton<OnlineAgentFactory>();
        services.AddSingleton<GrainOnlineAgents>();
        services.AddSingleton<IOnlineAgents, OnlineAgents>();
        services.AddSingleton<ReleaseChecks>();
        services.AddOptions<ReleaseOptions>()
            .Configure(releases => builder.Configuration.ReadInto("Releases", releases))
            .Validate(
                releases => releases.MaxManifestBytes is >= 1 and <= ManifestParser.MaxLength,
                $"Releases:MaxManifestBytes is {builder.Configuration["Releases:MaxManifestBytes"]}; it must be 1 to {ManifestParser.MaxLength}, the bytes of a manifest.")
            .Validate(
                releases => releases.MaxRules >= 1,
                $"Releases:MaxRules is {builder.Configuration["Releases:MaxRules"]}; it must be 1 or more, the rules, metrics, gates, alerts and tests of a manifest.")
            .ValidateOnStart();
        services.AddOptions<JobOptions>()
            .Configure(jobs => jobs.Folder = jobsFolder)
            .Configure(jobs => builder.Configuration.ReadInto("Jobs", jobs))
            .Validate(jobs => jobs.AtOnce >= 1, $"Jobs:AtOnce is {builder.Configuration["Jobs:AtOnce"]}; it must be 1 or more, the number of trainings that run at once on this node.")
            .Validate(jobs => jobs.MaxAttempts >= 1, $"Jobs:MaxAttempts is {builder.Configuration["Jobs:MaxAttempts"]}; it must be 1 or more, the number of times that a job is started at most.")
            .Validate(jobs => jobs.MaxCrashes >= 1, $"Jobs:MaxCrashes is {builder.Configuration["Jobs:MaxCrashes"]}; it must be 1 or more, after how many ends of the node in the middle of the same step of a project it is not taken any more.")
            .ValidateOnStart();
        services.AddSingleton<ProjectBreaker>();
        services.AddOptions<TrainerOptions>()
            .Configure(trainer => trainer.LowPriority = true)
            .Configure(trainer => builder.Configuration.ReadInto("Trainer", trainer))
            .Validate(trainer => trainer.CheckTime > TimeSpan.Zero && trainer.CheckTime <= TimeSpan.FromDays(1), $"Trainer:CheckTime is {builder.Configuration["Trainer:CheckTime"]}; it must be a time above 0 and of at most a day, such as 00:10:00, the time that a check of a new model may take.")
            .Validate(trainer => trainer.CheckMemory >= 256L << 20 && trainer.CheckMemoryFactor >= 0, "Trainer:CheckMemory must be 268435456 (256 MiB) or more, the bytes that a check of a new model may take, and Trainer:CheckMemoryFactor 0 or more, how many times the size of its file it may take besides.")
            .Validate(trainer => trainer.Threads >= 0, $"Trainer:Threads is {builder.Configuration["Trainer:Threads"]}; it must be 0 (half of the cores) or more, the number of threads that a trainer uses.")
            .Validate(trainer => trainer.MaxMemory >= 0, $"Trainer:MaxMemory is {builder.Configuration["Trainer:MaxMemory"]}; it must be 0 (what the machine has) or more, in bytes.")
            .Validate(trainer => trainer.MaxTime > TimeSpan.Zero && trainer.MaxTime <= TimeSpan.FromDays(30), $"Trainer:MaxTime is {builder.Configuration["Trainer:MaxTime"]}; it must be above 0 and at most 30 days, such as 7.00:00:00.")
            .Validate(trainer => trainer.OutputGrace > TimeSpan.Zero && trainer.OutputGrace <= TimeSpan.FromMinutes(1), $"Trainer:OutputGrace is {builder.Configuration["Trainer:OutputGrace"]}; it must be above 0 and at most a minute, such as 00:00:02.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TrainerOptions>>().Value);
        services.AddSingleton<TrainingSlots>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<TrainingRun>();
        services.AddSingleton<TrainingJob>();
        services.AddSingleton<IJobWork>(provider => provider.GetRequiredService<TrainingJob>());
        services.AddSingleton<TuneRun>();
        services.AddSingleton<IJobWork, TuneJob>();
        services.AddSingleton<IJobWork, EvaluationJob>();
        services.AddOfflineAgents(builder.Configuration);
        services.AddEvaluation();
        services.AddGates();
        services.AddHostedService<SiloInstruments>();
        services.AddRollouts(builder.Configuration);
        services.AddArchive();
        services.AddSingleton<QueryLogBuffer>();
        services.AddSingleton<EmptyGrainCollector>();

        // Hosts stop what they started last first: the buffer outlives the silo, so that no record of the last queries is lost.
        services.AddHostedService<QueryLogService>();
        var options = builder.Configuration.Read<SiloOptions>("Silo");
        services.AddSingleton(new SiloRoleList(cluster.IsMember ? options.RoleList : SiloRoles.All));
        services.AddPlacementDirector<OwnSiloPlacement, OwnSiloPlacement.Director>();
        builder.UseOrleans(silo =>
        {
            if (cluster.IsMember)
                silo.UseCluster(cluster, options, grainsConnectionString);
            else
                StandAlone(silo, options);
            silo.Services.AddSingleton<IIncomingGrainCallFilter>(provider => provider.GetRequiredService<EmptyGrainCollector>());
            silo.Services.AddSingleton<IOutgoingGrainCallFilter, StopCallFilter>();
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = IdleFor);
            silo.AddAdoNetGrainStorage(StorageNames.Grains, storage =>
            {
                storage.Invariant = cluster.IsMember ? StorageNames.PostgresInvariant : StorageNames.SqliteInvariant;
                storage.ConnectionString = grainsConnectionString;
                storage.GrainStorageSerializer = new ProgenyGrainStorageSerializer();
            });
            silo.AddMemoryStreams(StreamNames.QueryProvider);
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
        services.AddHostedService<ActivityPublisher>();
        services.AddHostedService<IdleCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<EmptyGrainCollector>());
    }

    private static void StandAlone(ISiloBuilder silo, SiloOptions options)
    {
        // No gateway: a client there would have no need to prove who it is, and those of this process need none.
        silo.UseLocalhostClustering(NodeSettings.FreePort("Silo:Port", options.Port ?? 0), gatewayPort: 0);
        // The table of members holds this silo alone, which must not evict itself when the machine's clock leaps.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
            membership.DefunctSiloCleanupPeriod = null;
        });
        silo.UseInMemoryReminderService();
        silo.UseSiloMetadata(SiloRoles.All.ToDictionary(role => role, _ => "true"));
        silo.Services.AddPlacementFilter<RolePlacementFilter, RolePlacementFilter.Director>(ServiceLifetime.Singleton);
        silo.AddMemoryGrainStorage(StorageNames.PubSub);
    }
}
