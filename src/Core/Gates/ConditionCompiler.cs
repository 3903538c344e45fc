using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;

namespace Progeny.Core.Gates;

/// <summary>
/// Checks and compiles the conditions of a manifest over figures: <c>gates[].when</c>, <c>alerts[].when</c> and <c>retrain.when</c>.
/// </summary>
public sealed class ConditionCompiler(IExpressionEngine engine)
{
    private const string Own = "metrics";
    private const string Champion = "champion";

    /// <summary>Everything that is wrong with the conditions, by path.</summary>
    public IEnumerable<(string Path, string Message)> Check(Manifest manifest)
    {
        var parts = ExpressionsOf(manifest).ToList();
        var errors = engine.Check(parts.ConvertAll(part => part.Expression));
        foreach (var ((path, what, expression), found) in parts.Zip(errors))
        {
            if (found is { } error)
                yield return (path, what + Describe(error, expression));
        }
    }

    /// <summary>The conditions, compiled. One that is wrong is never met and says why.</summary>
    public ConditionSet Compile(Manifest manifest)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var sound = new List<Expression>();
        var parts = ExpressionsOf(manifest).ToList();
        var errors = engine.Check(parts.ConvertAll(part => part.Expression));
        foreach (var ((path, _, expression), found) in parts.Zip(errors))
        {
            if (found is { } error)
            {
                problems.Add(path, Describe(error, expression));
                continue;
            }

            places.Add(path, sound.Count);
            sound.Add(expression);
        }

        return new ConditionSet(manifest, FigureNames.Of(manifest), sound.Count == 0 ? null : engine.Compile(sound), places, problems);
    }

    private static IEnumerable<(string Path, string What, Expression Expression)> ExpressionsOf(Manifest manifest)
    {
        if (manifest.Gates.Count + manifest.Alerts.Count == 0 && manifest.Retrain?.When is null)
            yield break;
        var names = FigureNames.Of(manifest);
        IReadOnlyList<ExpressionTable> own = [new(Own, names)];
        IReadOnlyList<ExpressionTable> champion = [new(Champion, names)];
        for (var i = 0; i < manifest.Gates.Count; i++)
        {
            if (manifest.Gates[i].When is { } condition)
                yield return (ConditionSet.GatePath(i), $"gate '{manifest.Gates[i].Name}': ", new Expression(condition, own, champion));
        }

        for (var i = 0; i < manifest.Alerts.Count; i++)
            yield return (ConditionSet.AlertPath(i), $"alert '{manifest.Alerts[i].Name}': ", new Expression(manifest.Alerts[i].When, own));
        if (manifest.Retrain?.When is { } when)
            yield return (ConditionSet.RetrainPath, "", new Expression(when, own));
    }

    private static string Describe(ExpressionError error, Expression expression)
    {
        if (error.UnknownColumn is not { } plain)
            return error.Describe(expression.Sql);
        var suggestion = Suggestion.For(plain, expression.Tables[0].Columns);

        // Metrics have their name behind a word that says what they were measured on.
        if (suggestion.Length == 0
            && expression.Tables[0].Columns.FirstOrDefault(
                column => column.EndsWith($"_{plain}", StringComparison.OrdinalIgnoreCase)) is { } longer)
            suggestion = $" did you mean '{longer}'?";
        if (suggestion.Length == 0)
            suggestion = $" it may use {string.Join(", ", expression.Tables[0].Columns.Where(FigureNames.IsCommon))} and more "
                + "(docs/gates.md)";
        return (error with { Message = $"{error.Message};{suggestion}" }).Describe(expression.Sql);
    }
}
