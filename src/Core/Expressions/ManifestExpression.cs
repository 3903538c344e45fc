using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Expressions;

/// <summary>An expression of a manifest over the rows of a query.</summary>
/// <param name="Path">The key that holds it, such as <c>rules[2].when</c>.</param>
/// <param name="Name">What it belongs to, for messages.</param>
/// <param name="IsAnswer">Whether it is the answer of a rule.</param>
internal sealed record ManifestExpression(string Path, string Name, Expression Expression, bool IsAnswer = false)
{
    /// <summary>The feature that a rule sets to it; null: it sets none.</summary>
    public string? Target { get; init; }

    /// <summary>The errors that are reported at most: describing one takes time that grows with the number of columns.</summary>
    public const int MaxErrors = 100;

    /// <summary>What is wrong with expressions where queries have no rows; empty where they have.</summary>
    public static IReadOnlyList<(string Path, string Message)> WithoutRows(Manifest manifest, List<ManifestExpression> parts) =>
        manifest.Features.Count > 0
            ? []
            : parts.ConvertAll(
                part => (part.Path, $"{part.Name} has no rows to read: the manifest declares no features (schema.features)"));

    /// <summary>What is wrong with each expression, by its index.</summary>
    public static SortedDictionary<int, string> FindErrors(IExpressionEngine engine, List<ManifestExpression> parts)
    {
        var errors = engine.Check(parts.ConvertAll(part => part.Expression));
        var found = new SortedDictionary<int, string>();
        for (var i = 0; i < parts.Count && found.Count < MaxErrors; i++)
        {
            if (errors[i] is { } error)
                found.Add(i, Describe(error, parts[i].Expression));
        }

        return found;
    }

    /// <summary>Errors by the path of their key.</summary>
    public static IReadOnlyList<(string Path, string Message)> Describe(
        List<ManifestExpression> parts, SortedDictionary<int, string> errors) =>
        [.. errors.Take(MaxErrors).Select(error => (parts[error.Key].Path, $"{parts[error.Key].Name}: {error.Value}"))];

    private static string Describe(ExpressionError error, Expression expression) => error.UnknownColumn is { } name
        ? (error with { Message = error.Message + Suggestion.Among(name, ColumnsOf(expression), "names here") }).Describe(expression.Sql)
        : error.Describe(expression.Sql);

    private static List<string> ColumnsOf(Expression expression) => [.. expression.AllTables.SelectMany(table => table.Columns).Distinct()];
}
