using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Core.Rollouts;
using Progeny.Grains.Common;
using Progeny.Grains.Experiments;

namespace Progeny.Grains.Rollouts;

/// <summary>Registers what conducts rollouts.</summary>
internal static class RolloutHosting
{
    public static void AddRollouts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RolloutOptions>()
            .Configure(rollouts => configuration.ReadInto("Experiments", rollouts))
            .Validate(
                rollouts => rollouts.CheckSeconds is >= RolloutOptions.MinSeconds and <= RolloutOptions.MaxSeconds,
                FormattableString.Invariant(
                    $"Experiments:CheckSeconds is {configuration["Experiments:CheckSeconds"]}; it must be from {RolloutOptions.MinSeconds} to {RolloutOptions.MaxSeconds}, the seconds between two checks of an experiment."))
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<RolloutOptions>>().Value);
        services.AddSingleton<IShadowPeriods, ProjectShadows>();
        services.AddSingleton<IStickyKeys, ProjectShadows>();
        services.AddSingleton<ExperimentSources>();
        services.AddHostedService<BoundsGuard>();
    }
}
