using Microsoft.Extensions.DependencyInjection;
using Progeny.Grains.Explanations;

namespace Progeny.Grains.Releases;

internal static class LifecycleHosting
{
    /// <summary>What retires, archives, replays and explains.</summary>
    public static void AddArchive(this IServiceCollection services)
    {
        services.AddSingleton<IProjectArchive, ProjectArchive>();
        services.AddSingleton<IReplayService, ReplayService>();
    }
}
