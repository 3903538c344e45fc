using Microsoft.AspNetCore.Server.Kestrel.Core;
using Progeny.Console.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Gateway.Apply;
using Progeny.Gateway.Common;
using Progeny.Gateway.Datasets;
using Progeny.Gateway.Decisions;
using Progeny.Gateway.Evaluation;
using Progeny.Gateway.Experiments;
using Progeny.Gateway.Explanations;
using Progeny.Gateway.Feedback;
using Progeny.Gateway.Feeds;
using Progeny.Gateway.Gates;
using Progeny.Gateway.Hosting;
using Progeny.Gateway.Metrics;
using Progeny.Gateway.Projects;
using Progeny.Gateway.QueryLog;
using Progeny.Gateway.Releases;
using Progeny.Gateway.Retraining;
using Progeny.Gateway.Rollouts;
using Progeny.Gateway.Security;
using Progeny.Gateway.Serving;
using Progeny.Gateway.Serving.Grpc;
using Progeny.Gateway.Tracking;
using Progeny.Gateway.Training;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Silo.Hosting;
using Progeny.Silo.Security;
using Progeny.Storage;
using Progeny.Storage.Common;

namespace Progeny.Gateway;

/// <summary>The gateway: HTTP in front, a silo inside.</summary>
public static class GatewayApp
{
    /// <summary>Builds a node ready to be started.</summary>
    /// <param name="args">Command-line settings, e.g. <c>--urls http://127.0.0.1:8080 --Data ./data</c>.</param>
    /// <param name="change">Changes the services; null: they stay as they are.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? change = null)
    {
        var builder = WebApplication.CreateBuilder(NodeSettings.HostArguments(args));
        builder.Configuration.AddNodeSettings(args, GatewayDefaults.Settings);
        builder.AddSecretFiles();
        builder.AddHttp();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = Requests.MaxBytes;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(Requests.MinBodyRate, Requests.BodyGrace);
        });
        var cluster = builder.Configuration.ReadCluster();
        var storage = StorageOptions.From(builder.Configuration);
        builder.Services.AddProgenyStorage(builder.Configuration, cluster);
        if (cluster.Role == ClusterRole.Client)
            builder.AddProgenyClient(cluster, storage.GrainsConnectionString(cluster), storage.JobsPath);
        else
            builder.AddProgenySilo(cluster, storage.GrainsConnectionString(cluster), storage.JobsPath);
        builder.AddDashboard(cluster);
        builder.Services.AddConsole();
        builder.Services.AddGatewayServices();
        builder.AddSessions();
        builder.AddRequestGuard();
        change?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseSessions();
        app.UseProblemDetails();
        app.UseConsole();
        app.MapConsole(new NodeAbout(
            AboutApi.Version, app.Services.GetRequiredService<NodeName>().Value, LibraryVersions.Orleans, LibraryVersions.OnnxRuntime));
        app.MapOpenApi().Requires(Permissions.None, AccessScope.Node);
        app.MapAbout();
        app.MapNode();
        app.MapDashboard();
        app.MapCluster();
        app.MapKeys();
        app.MapKeyPages();
        app.MapSignIn();
        app.MapProjects();
        app.MapRollout();
        app.MapExperiments();
        app.MapDecisions();
        app.MapReleases();
        app.MapGenerations();
        app.MapArchive();
        app.MapDatasets();
        app.MapJobs();
        app.MapApply();
        app.MapFeeds();
        app.MapOffline();
        app.MapPredict();
        app.MapInferenceProtocol();
        app.MapModelRepository();
        app.MapInferenceService();
        app.MapRows();
        app.MapSubscriptions();
        app.MapOutcomes();
        app.MapFeedback();
        app.MapQueries();
        app.MapErase();
        app.MapQueryArchive();
        app.MapReplay();
        app.MapMetrics();
        app.MapEvaluation();
        app.MapApprovals();
        app.MapAudit();
        app.MapContracts();
        app.MapQuarantine();
        app.MapTracking();
        return app;
    }
}
