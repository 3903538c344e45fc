using System.Text.Json.Serialization;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Silo.Hosting;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;
using Progeny.Storage;
using Progeny.Storage.Common;

namespace Progeny.Silo;

/// <summary>A node without the HTTP API: a silo, with its health and metrics over HTTP.</summary>
public static class SiloApp
{
    private static readonly Dictionary<string, string?> Defaults = new(StringComparer.OrdinalIgnoreCase)
    {
        ["urls"] = "http://127.0.0.1:8081",
    };

    /// <summary>Builds a node ready to be started.</summary>
    /// <param name="args">Command-line settings, as those of every node.</param>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(NodeSettings.HostArguments(args));
        builder.Configuration.AddNodeSettings(args, Defaults);
        builder.AddSecretFiles();
        builder.AddHttp();
        var cluster = builder.Configuration.ReadCluster();
        var storage = StorageOptions.From(builder.Configuration);
        builder.Services.AddProgenyStorage(builder.Configuration, cluster);
        builder.AddProgenySilo(cluster, storage.GrainsConnectionString(cluster), storage.JobsPath);
        builder.AddDashboard(cluster);
        builder.AddRequestGuard();
        builder.Services.AddNodeEndpoints();
        builder.Services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull);
        var app = builder.Build();
        app.UseSecurityHeaders();
        // Health and metrics are asked for by the names that a cluster gives its nodes, and say nothing that a foreign page could use.
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Dashboard.Path), dashboard => dashboard.UseRequestGuard());
        app.UseRouting();
        app.UseAccessGuard();
        app.UseAuditTrail();
        app.MapNode();
        app.MapDashboard();
        return app;
    }
}
