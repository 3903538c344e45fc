namespace Progeny.Core.Manifests;

/// <summary>What a rule does when it fires. Exactly one member is set.</summary>
public sealed record RuleAction
{
    /// <summary>The reason given to the caller, whose query is refused.</summary>
    public string? Refuse { get; init; }

    /// <summary>SQL expression whose value is the prediction: a class, or a number for regression.</summary>
    public string? Answer { get; init; }

    /// <summary>SQL expressions by the name of the feature they replace; before the model only.</summary>
    public IReadOnlyDictionary<string, string>? Set { get; init; }
}
