using Progeny.Abstractions.Experiments;

namespace Progeny.Core.Experiments.Statistics;

/// <summary>A challenger beside the champion, by a metric of which the one or the other is better: less, or more.</summary>
/// <param name="EvidenceBetter">The e-value for "the challenger is better": a verdict at 1/α is wrong with a probability of at most
/// α.</param>
/// <param name="EvidenceWorse">The e-value for "the challenger is worse".</param>
/// <param name="Difference">The challenger's mean less the champion's; null: one of them is not known.</param>
/// <param name="Interval">The interval of the difference at 1 - α, valid at any time; null: too little is known.</param>
public sealed record Comparison(double EvidenceBetter, double EvidenceWorse, double? Difference, Interval? Interval)
{
    /// <summary>
    /// The part of alpha of each of two tests for "worse" of values other than 0 and 1: the exact one until both arms have
    /// <see cref="MeanEvidence.BurnIn"/> values, and the asymptotic one from then on.
    /// </summary>
    private const double Part = 0.5;

    /// <summary>
    /// Compares two arms that different queries met, or, of clusters, different entities; with too few of these nothing is said.
    /// </summary>
    public static Comparison Of(ArmSums champion, ArmSums challenger, Goal goal, double alpha)
    {
        if (DesignEffect.Effective(champion) is not { } first || DesignEffect.Effective(challenger) is not { } second)
            return new Comparison(1, 1, challenger.Mean - champion.Mean, null);
        if (first.IsBinary && second.IsBinary)
        {
            return Make(
                first, second, goal, alpha,
                ProportionEvidence.Of(first.Sum, first.Count, second.Sum, second.Count), ProportionEvidence.Of(
                    second.Sum, second.Count, first.Sum, first.Count));
        }

        return WithExact(
            Make(first, second, goal, alpha, MeanEvidence.Of(first, second), MeanEvidence.Of(second, first)), first, second, () =>
            goal == Goal.Minimize ? BoundedEvidence.Of(champion, challenger) : BoundedEvidence.Of(challenger, champion));
    }

    /// <summary>
    /// Compares two arms that answered the same queries. What they say of one query is alike more often than not, which makes their
    /// difference vary less than is reckoned here: the evidence errs on the side of saying nothing.
    /// </summary>
    public static Comparison OfSameQueries(ArmSums champion, ArmSums challenger, Goal goal, double alpha) => WithExact(
        Make(champion, challenger, goal, alpha, MeanEvidence.Of(champion, challenger), MeanEvidence.Of(challenger, champion)),
        champion,
        challenger,
        () =>
            goal == Goal.Minimize
                ? BoundedEvidence.OfSameQueries(champion, challenger)
                : BoundedEvidence.OfSameQueries(challenger, champion));

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

    /// <summary>
    /// Puts the exact test for "worse" beside the asymptotic one. Each has its part of alpha, so a verdict of either is wrong with a
    /// probability of at most alpha. "Better" is asked of the means only: no exact test can exclude that what is rare makes a challenger
    /// worse.
    /// </summary>
    private static Comparison WithExact(Comparison comparison, ArmSums first, ArmSums second, Func<double> exact) => comparison with
    {
        EvidenceWorse = Part
            * (first.Count < MeanEvidence.BurnIn || second.Count < MeanEvidence.BurnIn ? exact() : comparison.EvidenceWorse),
    };

    private static Comparison Make(ArmSums champion, ArmSums challenger, Goal goal, double alpha, double above, double below)
    {
        var (better, worse) = goal == Goal.Minimize ? (below, above) : (above, below);
        return new Comparison(better, worse, challenger.Mean - champion.Mean, MeanEvidence.Difference(champion, challenger, alpha));
    }
}
