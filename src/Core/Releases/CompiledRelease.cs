using Progeny.Core.Evaluation;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Releases;

/// <summary>A release with its manifest parsed, and the SQL for its figures compiled when it is first needed.</summary>
public sealed class CompiledRelease(Manifest manifest, Func<MetricSet> metrics, Func<ConditionSet> conditions)
{
    private readonly Lazy<MetricSet> _metrics = new(metrics);
    private readonly Lazy<ConditionSet> _conditions = new(conditions);

    public Manifest Manifest => manifest;

    /// <summary>The scores of its predictions.</summary>
    public MetricSet Metrics => _metrics.Value;

    /// <summary>Its gates, its alerts and <c>retrain.when</c>.</summary>
    public ConditionSet Conditions => _conditions.Value;
}
