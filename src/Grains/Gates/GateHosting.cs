using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Evaluation;
using Progeny.Core.Metrics;
using Progeny.Grains.Evaluation;
using Progeny.Grains.Training;

namespace Progeny.Grains.Gates;

/// <summary>Registers what judges generations by their figures.</summary>
internal static class GateHosting
{
    public static void AddJudging(this IServiceCollection services)
    {
        services.AddSingleton<GateSubjects>();
        services.AddSingleton<RecentTime>();
        services.AddSingleton<IGenerationFigures, GenerationFigures>();
        services.AddSingleton<ServedEvaluator>();
        services.AddSingleton<IJobWork, EvaluationJob>();
        services.AddSingleton<GenerationMeasures>();
        services.AddSingleton<ContractTests>();
        services.AddSingleton<IGatekeeper, Gatekeeper>();
    }
}
