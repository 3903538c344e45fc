using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Rules;

namespace Progeny.Core.Evaluation;

/// <summary>Checks and compiles the metrics that manifests define.</summary>
public sealed class MetricCompiler(IExpressionEngine engine)
{
    /// <summary>Everything that is wrong with the metrics, by the path of the key.</summary>
    public IReadOnlyList<(string Path, string Message)> Check(Manifest manifest)
    {
        var parts = ExpressionsOf(manifest);
        return ManifestExpression.WithoutRows(manifest, parts) is { Count: > 0 } problems
            ? problems
            : ManifestExpression.Describe(parts, ManifestExpression.FindErrors(engine, parts));
    }

    /// <summary>The scores of predictions under a manifest: the loss of its task and the metrics of its own.</summary>
    /// <exception cref="ManifestException">An expression is wrong.</exception>
    public MetricSet Compile(Manifest manifest)
    {
        var parts = ExpressionsOf(manifest);
        if (parts.Count == 0)
            return new MetricSet(manifest, null);
        if (manifest.Features.Count == 0)
            throw Wrong(manifest);
        try
        {
            return new MetricSet(manifest, engine.Compile(parts.ConvertAll(part => part.Expression)));
        }
        catch (ExpressionException)
        {
            throw Wrong(manifest);
        }
    }

    private ManifestException Wrong(Manifest manifest) => new(ManifestPlaces.Locate(Check(manifest)));

    /// <summary>A metric reads the columns of a rule after the model, and the truth.</summary>
    private static List<ManifestExpression> ExpressionsOf(Manifest manifest)
    {
        if (manifest.Metrics.Count == 0)
            return [];
        IReadOnlyList<ExpressionTable> tables = [.. RuleTables.Of(manifest, RulePosition.After), new ExpressionTable("truth", ["outcome"])];
        return [.. manifest.Metrics.Select((metric, i) =>
            new ManifestExpression($"metrics[{i}].value", $"metric '{metric.Name}'", new Expression(metric.Value, tables)))];
    }
}
