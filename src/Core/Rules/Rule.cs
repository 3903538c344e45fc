namespace Progeny.Core.Rules;

/// <summary>A rule with its expressions by their place in the set.</summary>
internal sealed record Rule
{
    public required string Name { get; init; }

    public required int When { get; init; }

    public string? Refuse { get; init; }

    /// <summary>The expression of the answer; null: this rule gives none.</summary>
    public int? Answer { get; init; }

    /// <summary>The features to set, by their place in the schema, and the expressions of their values.</summary>
    public IReadOnlyList<(int Feature, int Expression)> Set { get; init; } = [];
}
