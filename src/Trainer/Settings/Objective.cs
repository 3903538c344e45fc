using Progeny.Core.Common;

namespace Progeny.Trainer.Settings;

/// <summary>One of XGBoost's objectives, and what it means for labels and predictions.</summary>
public sealed record Objective
{
    /// <summary>The name that the user gives.</summary>
    public required string Name { get; init; }

    public required MachineLearningTask Task { get; init; }

    public required Link Link { get; init; }

    /// <summary>
    /// The name that the library trains under: <c>multi:softmax</c> predicts classes only, so it trains as <c>multi:softprob</c>.
    /// </summary>
    public string NativeName => Name == "multi:softmax" ? "multi:softprob" : Name;

    /// <summary>Whether the library's own prediction is the margin, before <see cref="Link"/>.</summary>
    public bool PredictsMargin { get; init; }

    /// <summary>Whether <c>base_score</c> is given as a margin rather than as a prediction.</summary>
    public bool BaseScoreIsMargin { get; init; }

    /// <summary>The least label; null: no bound.</summary>
    public double? Least { get; init; }

    /// <summary>Whether <see cref="Least"/> itself is not allowed.</summary>
    public bool MinIsExcluded { get; init; }

    /// <summary>The greatest label, inclusive; null: no bound.</summary>
    public double? Greatest { get; init; }

    /// <summary>The labels allowed, in words.</summary>
    public string LabelRange => (Least, Greatest) switch
    {
        ({ } least, { } greatest) => FormattableString.Invariant($"{least} to {greatest}"),
        ({ } least, null) => FormattableString.Invariant($"{(MinIsExcluded ? "above" : "at least")} {least}"),
        _ => "any number",
    };

    public bool Allows(double label) =>
        (Least is not { } least || label > least || (label == least && !MinIsExcluded))
            && (Greatest is not { } greatest || label <= greatest);

    /// <summary>The margin that a <c>base_score</c> stands for: the inverse of the link, in 32 bits as the library computes it.</summary>
    public float Margin(float baseScore) => BaseScoreIsMargin
        ? baseScore
        : Link switch
        {
            Link.Logistic => -MathF.Log((1 / baseScore) - 1),
            Link.Exponential => MathF.Log(baseScore),
            _ => baseScore,
        };
}
