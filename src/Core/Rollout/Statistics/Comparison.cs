using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout.Statistics;

/// <summary>A challenger beside the champion, by a metric of which the one or the other is better: less, or more.</summary>
/// <param name="EvidenceBetter">The e-value for "the challenger is better": a verdict at 1/α is wrong with a probability of at most α.</param>
/// <param name="EvidenceWorse">The e-value for "the challenger is worse".</param>
/// <param name="Difference">The challenger's mean less the champion's; null: one of them is not known.</param>
/// <param name="Interval">The interval of the difference at 1 - α, valid at any time; null: too little is known.</param>
public sealed record Comparison(double EvidenceBetter, double EvidenceWorse, double? Difference, Interval? Interval)
{
    /// <summary>Compares two arms that different queries met, or, of clusters, different entities; with too few of these nothing is said.</summary>
    public static Comparison Of(ArmSums champion, ArmSums challenger, Goal goal, double alpha) =>
        DesignEffect.Effective(champion) is { } first && DesignEffect.Effective(challenger) is { } second
            ? Make(first, second, goal, alpha, Evidence(first, second), Evidence(second, first))
            : new Comparison(1, 1, challenger.Mean - champion.Mean, null);

    /// <summary>
    /// Compares two arms that answered the same queries. What they say of one query is alike more often than not, which makes their
    /// difference vary less than is reckoned here: the evidence errs on the side of saying nothing.
    /// </summary>
    public static Comparison OfSameQueries(ArmSums champion, ArmSums challenger, Goal goal, double alpha) =>
        Make(champion, challenger, goal, alpha, MeanEvidence.Of(champion, challenger), MeanEvidence.Of(challenger, champion));

    /// <summary>
    /// Whether a comparison can say anything of two arms: of 0 and 1 once each has an outcome, of other values once each has
    /// <see cref="MeanEvidence.BurnIn"/>. Where it cannot, that nothing was found means nothing.
    /// </summary>
    public static bool CanTell(ArmSums champion, ArmSums challenger)
    {
        var least = champion.IsBinary && challenger.IsBinary ? 1 : MeanEvidence.BurnIn;
        return DesignEffect.Effective(champion)?.Count >= least && DesignEffect.Effective(challenger)?.Count >= least;
    }

    /// <summary>Whether an arm has met too few entities to be compared, however many its outcomes.</summary>
    public static bool IsOfTooFew(ArmSums arm) => arm.Count > 0 && DesignEffect.Of(arm) is null;

    /// <summary>The interval of an arm's mean at 1 - α, valid at any time; null: too little is known.</summary>
    public static Interval? IntervalOf(ArmSums arm, double alpha) =>
        arm.Count <= 0 || DesignEffect.Effective(arm) is not { } own ? null
        : own.IsBinary ? ProportionInterval.Of(own.Sum, own.Count, alpha)
        : MeanEvidence.Mean(own, alpha);

    /// <summary>The evidence that the second is above the first.</summary>
    private static double Evidence(ArmSums first, ArmSums second) => first.IsBinary && second.IsBinary
        ? ProportionEvidence.Of(first.Sum, first.Count, second.Sum, second.Count)
        : MeanEvidence.Of(first, second);

    private static Comparison Make(ArmSums champion, ArmSums challenger, Goal goal, double alpha, double above, double below)
    {
        var (better, worse) = goal == Goal.Minimize ? (below, above) : (above, below);
        return new Comparison(better, worse, challenger.Mean - champion.Mean, MeanEvidence.Difference(champion, challenger, alpha));
    }
}
