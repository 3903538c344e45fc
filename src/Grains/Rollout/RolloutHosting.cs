using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Rollout;

namespace Progeny.Grains.Rollout;

/// <summary>Registers what conducts rollouts.</summary>
internal static class RolloutHosting
{
    public static void AddRollouts(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        services.AddSingleton<IShadowPeriods, ProjectShadows>();
    }
}
