namespace Progeny.Core.Manifests;

/// <summary>How a newly trained model is evaluated before it becomes a generation.</summary>
public sealed record EvaluationManifest
{
    public EvaluationMethod Method { get; init; } = EvaluationMethod.Holdout;

    /// <summary>The share of the rows held out for evaluation, the last in time; above 0, below 1.</summary>
    public double Fraction { get; init; } = 0.2;

    /// <summary>The number of folds; 2 or more.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Whether the generation's model is trained once more on all rows, those held out included, after the evaluation.</summary>
    public bool Refit { get; init; }

    /// <summary>The time between two evaluations of what was served; null: none by the clock.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>The fields by whose values fairness is checked.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
}
