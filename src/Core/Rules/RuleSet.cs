using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>The rules of a manifest, compiled. Safe for use by many threads at once.</summary>
public sealed class RuleSet : IDisposable
{
    internal RuleSet(Manifest manifest, Rule[] before, Rule[] after, IExpressionSet expressions)
    {
        Answers = new RuleAnswers(manifest);
        Output = manifest.Serving.Output;
        Before = before;
        After = after;
        Expressions = expressions;
    }

    internal Rule[] Before { get; }

    internal Rule[] After { get; }

    internal IExpressionSet Expressions { get; }

    /// <summary>The output that holds the prediction, where the manifest says which.</summary>
    internal string? Output { get; }

    internal RuleAnswers Answers { get; }

    /// <summary>Where requests run their rules while those of this set take long.</summary>
    internal SlowRules Slow { get; } = new();

    /// <summary>Starts the rules' part in one request.</summary>
    public RuledRows Begin(QueryRows rows) => new(this, rows);

    public void Dispose() => Expressions.Dispose();
}
