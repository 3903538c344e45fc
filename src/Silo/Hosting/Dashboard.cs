using ClusterOptions = Progeny.Core.Common.ClusterOptions;
using Orleans.Configuration;
using Orleans.Dashboard;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Silo.Security;

namespace Progeny.Silo.Hosting;

/// <summary>
/// The dashboard of Orleans at <c>/dashboard</c>: grains, calls, reminders and silos, for operators. Off unless <c>Dashboard:Enabled</c> is
/// set.
/// </summary>
/// <remarks>
/// A process without a silo shows what the silos collect, so they have to have it as well. Of a cluster in which only some have it, these
/// are shown in full.
/// </remarks>
public static class Dashboard
{
    /// <summary>Where it is.</summary>
    public const string Path = "/dashboard";

    private const string Key = "Dashboard:Enabled";

    /// <summary>Adds what a silo collects for the dashboard, or what a process without one asks it with.</summary>
    /// <exception cref="SettingException">The setting is neither true nor false.</exception>
    public static void AddDashboard(this WebApplicationBuilder builder, ClusterOptions cluster)
    {
        var isEnabled = IsEnabled(builder.Configuration);
        if (cluster.Role == ClusterRole.Client)
        {
            if (isEnabled)
                builder.UseOrleansClient(client => client.AddDashboard(Configure));
            return;
        }

        builder.UseOrleans(silo =>
        {
            if (isEnabled)
                silo.AddDashboard(Configure);
            else
                // Its grains would be activated here as well, and find nothing of what they need.
                silo.Configure<GrainTypeOptions>(
                    types => types.Classes.RemoveWhere(type => type.Assembly == typeof(DashboardOptions).Assembly));
        });
    }

    /// <summary>Maps its pages, and what they ask for.</summary>
    public static void MapDashboard(this WebApplication app)
    {
        if (IsEnabled(app.Configuration))
            app.MapOrleansDashboard(Path).ExcludeFromDescription().Requires(Permissions.Operate, AccessScope.Node);
    }

    // The page that follows the log holds a connection for an hour, which would hold a node that stops.
    private static void Configure(DashboardOptions dashboard) => dashboard.HideTrace = true;

    private static bool IsEnabled(IConfiguration configuration) => configuration[Key] switch
    {
        null or "" => false,
        var value when bool.TryParse(value, out var isEnabled) => isEnabled,
        var value => throw new SettingException($"{Key} is '{value}'; it must be true or false."),
    };
}
