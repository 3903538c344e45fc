using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>The tables that the rules of a manifest read.</summary>
public static class RuleTables
{
    /// <summary>The fields of a query, in the order of <see cref="QuerySchema.Fields"/>, and behind the model the prediction.</summary>
    public static IReadOnlyList<ExpressionTable> Of(Manifest manifest, RulePosition position)
    {
        var query = new ExpressionTable("query", [.. new QuerySchema(manifest).Fields]);
        if (position == RulePosition.Before)
            return [query];
        IReadOnlyList<string> classes = manifest.Label?.Classes ?? [];
        return [query, new ExpressionTable("prediction", classes.Count == 0 ? ["value"] : ["label", .. ClassColumns.Of(classes)])];
    }
}
