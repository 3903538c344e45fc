using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Gateway.Experiments;

/// <summary>An arm of an experiment as the API shows it.</summary>
/// <param name="Share">Its part of the traffic, 0 to 1.</param>
/// <param name="Shadow">Whether it answers unseen.</param>
/// <param name="Out">Whether it has lost and is out.</param>
/// <param name="Outcomes">The predictions of the experiment (canary: of the step) whose outcome is known.</param>
/// <param name="Mean">The mean of the metric over them.</param>
/// <param name="Interval">The mean's confidence interval, valid at any time.</param>
/// <param name="Difference">The mean less the champion's.</param>
/// <param name="DifferenceInterval">The difference's confidence interval, valid at any time.</param>
/// <param name="EvidenceBetter">The e-value for "better than the champion".</param>
/// <param name="EvidenceWorse">The e-value for "worse than the champion".</param>
/// <param name="ProbabilityBest">The probability to be the best of all arms (bandit).</param>
internal sealed record ExperimentArmView(
    string Name,
    GenerationReference Generation,
    double Share,
    bool Shadow,
    bool Out,
    long Outcomes,
    double? Mean,
    IReadOnlyList<double>? Interval,
    double? Difference,
    IReadOnlyList<double>? DifferenceInterval,
    double? EvidenceBetter,
    double? EvidenceWorse,
    double? ProbabilityBest)
{
    public static ExperimentArmView From(ExperimentArm arm) => new(
        arm.Name,
        arm.Generation,
        arm.Share,
        arm.IsShadow,
        arm.IsOut,
        arm.Outcomes,
        arm.Mean,
        Pair(arm.Low, arm.High),
        arm.Difference,
        Pair(arm.DifferenceLow, arm.DifferenceHigh),
        Shown(arm.EvidenceBetter),
        Shown(arm.EvidenceWorse),
        arm.ProbabilityBest);

    private static double[]? Pair(double? low, double? high) => low is { } from && high is { } to && double.IsFinite(from) && double.IsFinite(to) ? [from, to] : null;

    // JSON has no infinity.
    private static double? Shown(double? evidence) => evidence is { } value ? Math.Min(value, double.MaxValue) : null;
}
