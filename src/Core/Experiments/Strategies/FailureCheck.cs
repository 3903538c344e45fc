using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Experiments.Strategies;

/// <summary>
/// Whether a challenger fails more often than the champion. Queries that fail get no outcome, so no metric tells of them. A test of its
/// own, beside that of the metric and far stricter, because requests are many and their failures no noise. It may be checked at any time.
/// </summary>
/// <remarks>
/// <see cref="ProportionEvidence"/> allows failures to come and go as long as both arms meet them alike and the shares stay what they are.
/// So the requests of each plan are compared by themselves, with evidence E_k. What fails more from some plan on is found by the mixture
/// over the plan from which on it does: Σ_k w_k · E_k · … · E_K with w_k = 1 / (k (k + 1)), and 1 for all plans still to come, which have
/// the weight 1 / (K + 1). The weights sum to 1, so it is an e-process as its parts are: a value of 1/α is wrong with a probability of at
/// most α over all plans and checks together. Sums over starting times are those of Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric
/// framework for sequential change detection", 2023, section 2. Of a shadow, which gets the queries that the champion gets, both fail on
/// one query alike more often than not; that makes the evidence less.
/// </remarks>
public static class FailureCheck
{
    private const double Alpha = 0.001;

    /// <summary>Evidence beyond this is as good as this; less of it is always allowed.</summary>
    private const double Most = 1e100;

    /// <summary>What is left of the evidence against a challenger when another plan takes over.</summary>
    /// <param name="plan">The number of the plan that ends, from 1.</param>
    public static double Carry(ArmService champion, ArmService challenger, int plan) => Math.Min(
        Most,
        (challenger.Before + (1d / (plan * (plan + 1d))))
            * ProportionEvidence.Of(champion.Errors, champion.Requests, challenger.Errors, challenger.Requests));

    /// <summary>The e-value for "the challenger fails more often than the champion".</summary>
    /// <param name="plan">The number of the plan in force, from 1.</param>
    public static double Evidence(ArmService champion, ArmService challenger, int plan) =>
        Carry(champion, challenger, plan) + (1d / (plan + 1d));

    /// <summary>What speaks against a challenger; null: nothing.</summary>
    internal static string? Problem(ExperimentSnapshot snapshot, SnapshotArm challenger)
    {
        var (its, champions) = (challenger.Served, snapshot.Champion.Served);
        if (its.Errors == 0)
            return null;
        var evidence = Evidence(champions, its, snapshot.Plan);
        return evidence < 1 / Alpha ? null
            : $"{challenger.Generation.Version} fails on {DecisionText.Of(its.Errors, its.Requests)} requests, the champion on "
                + $"{DecisionText.Of(champions.Errors, champions.Requests)} ({DecisionText.Evidence(evidence, 1 / Alpha)})";
    }
}
