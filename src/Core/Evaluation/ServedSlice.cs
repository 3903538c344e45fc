namespace Progeny.Core.Evaluation;

/// <summary>How good the predictions of one kind were.</summary>
public sealed record ServedSlice
{
    /// <summary>The most predictions that are measured, the newest: a bound on memory.</summary>
    public const int MaxRows = 1_000_000;

    /// <summary>The predictions whose outcome is known, one of each query.</summary>
    public required long Rows { get; init; }

    /// <summary>Those that cannot be measured: their outcome is no class any more, or their record holds no probabilities.</summary>
    public required long Skipped { get; init; }

    /// <summary>The mean loss: squared error, or log loss.</summary>
    public double? Loss { get; init; }

    /// <summary>All metrics of the task; null where the rows do not define one.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>For classification.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>One for each field of <c>evaluation.groups</c>.</summary>
    public required IReadOnlyList<FairnessReport> Fairness { get; init; }
}
