using Progeny.Abstractions.Releases;

namespace Progeny.Contracts.Experiments;

/// <summary>An arm of an experiment as the API shows it.</summary>
/// <param name="Share">Its part of the traffic, 0 to 1.</param>
/// <param name="Shadow">Whether it answers as a shadow.</param>
/// <param name="Out">Whether it has lost and is out.</param>
/// <param name="Outcomes">The predictions of the experiment (canary: of the step) whose outcome is known.</param>
/// <param name="Mean">The mean of the metric over them.</param>
/// <param name="Interval">The mean's confidence interval, valid at any time.</param>
/// <param name="Difference">The mean less the champion's.</param>
/// <param name="DifferenceInterval">The difference's confidence interval, valid at any time.</param>
/// <param name="EvidenceBetter">The e-value for "better than the champion".</param>
/// <param name="EvidenceWorse">The e-value for "worse than the champion".</param>
/// <param name="ProbabilityBest">The probability to be the best of all arms (bandit).</param>
public sealed record ExperimentArmView(
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
    double? ProbabilityBest);
