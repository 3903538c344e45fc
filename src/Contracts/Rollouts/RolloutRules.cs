using Progeny.Abstractions.Experiments;

namespace Progeny.Contracts.Rollouts;

/// <summary>The rules of an experiment, in the words of <c>serving.rollout</c>; those that are not its strategy's are left out.</summary>
public sealed record RolloutRules(
    string Strategy,
    string? Metric,
    Goal? Goal,
    IReadOnlyList<RolloutRules.CanaryStepView>? Steps,
    double? Share,
    IReadOnlyDictionary<string, double>? Shares,
    double? Alpha,
    int? Outcomes,
    string? Time,
    string? Policy,
    double? Discount,
    double? Epsilon,
    string? Select,
    IReadOnlyList<string>? Arms,
    bool? Sticky,
    IReadOnlyList<string> Fallback)
{
    /// <summary>A step of a canary.</summary>
    public sealed record CanaryStepView(double Share, int Outcomes, string Time);
}
