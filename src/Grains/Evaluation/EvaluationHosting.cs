using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Evaluation;

namespace Progeny.Grains.Evaluation;

/// <summary>Registers the scores of predictions and the evaluation of generations.</summary>
internal static class EvaluationHosting
{
    public static void AddEvaluation(this IServiceCollection services)
    {
        services.AddSingleton<IMetricSets, GenerationMetricSets>();
        services.AddSingleton<ServedEvaluator>();
        services.AddSingleton<GenerationMeasures>();
    }
}
