namespace Progeny.Core.Manifests;

/// <summary>A rule of the project's own around the model, in SQL over one query's fields, features and prediction.</summary>
public sealed record RuleManifest
{
    public required string Name { get; init; }

    public required RulePosition At { get; init; }

    /// <summary>SQL expression, true where the rule fires.</summary>
    public required string When { get; init; }

    /// <summary>
    /// What happens: <c>refuse</c> with a message, <c>answer</c> with a prediction, or <c>set</c> fields to SQL expressions.
    /// </summary>
    public required RuleAction Then { get; init; }

    /// <summary>All SQL of the rule.</summary>
    internal IEnumerable<string> Expressions =>
        [When, .. Then.Answer is { } answer ? [answer] : Array.Empty<string>(), .. Then.Set?.Values ?? []];
}
