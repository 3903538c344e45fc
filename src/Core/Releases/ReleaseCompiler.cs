using Progeny.Core.Evaluation;
using Progeny.Core.Experiments;
using Progeny.Core.Expressions;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Manifests.Shapes;
using Progeny.Core.Rules;

namespace Progeny.Core.Releases;

/// <summary>Checks what a manifest alone does not show: the SQL of its project, and the names of metrics.</summary>
public sealed class ReleaseCompiler(IExpressionEngine engine)
{
    /// <summary>
    /// Everything that is wrong with rules, metrics, gates, alerts, <c>retrain.when</c>, <c>serving.rollout.select</c> and
    /// <c>tune.metric</c>.
    /// </summary>
    /// <param name="manifest">The manifest that <paramref name="yaml"/> says.</param>
    /// <param name="yaml">The text of the manifest, for the places of the errors; null: they are all placed at its start.</param>
    public IReadOnlyList<ManifestError> Check(Manifest manifest, string? yaml = null)
    {
        List<(string Path, string Message)> found =
        [
            .. new RuleCompiler(engine).Check(manifest),
            .. new MetricCompiler(engine).Check(manifest),
            .. new ConditionCompiler(engine).Check(manifest),
        ];
        if (manifest.Serving.Rollout.Select is { } select && engine.Check(GenerationTable.Query(manifest, select)) is { } error)
            found.Add(("serving.rollout.select", error.Describe(select)));
        var metrics = MetricCatalogue.For(manifest.Task).Select(metric => metric.Name).ToList();
        if (manifest.Tune?.Metric is { } goal && !metrics.Contains(goal))
            found.Add(("tune.metric", $"{Quote.Of(goal)} is no metric of this task; {string.Join(", ", metrics)} are"));
        return ManifestPlaces.Locate([.. found.Take(ManifestExpression.MaxErrors)], yaml);
    }
}
