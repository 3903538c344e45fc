using Microsoft.Extensions.DependencyInjection;
using Progeny.Grains.Serving;

namespace Progeny.Grains.Lifecycle;

internal static class LifecycleHosting
{
    /// <summary>What retires, archives and looks back.</summary>
    public static void AddArchive(this IServiceCollection services)
    {
        services.AddSingleton<IProjectArchive, ProjectArchive>();
        services.AddSingleton<IReplayService, ReplayService>();
    }
}
