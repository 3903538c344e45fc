using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Metrics;

namespace Progeny.Grains.Gates;

/// <summary>Registers the gates of generations and the figures that they read.</summary>
internal static class GateHosting
{
    public static void AddGates(this IServiceCollection services)
    {
        services.AddSingleton<GateSubjects>();
        services.AddSingleton<RecentTime>();
        services.AddSingleton<IGenerationFigures, GenerationFigures>();
        services.AddSingleton<ContractTests>();
        services.AddSingleton<GateApprovals>();
        services.AddSingleton<Hooks>();
        services.AddSingleton<IGatekeeper, Gatekeeper>();
    }
}
