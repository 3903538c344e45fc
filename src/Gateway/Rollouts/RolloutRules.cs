using Progeny.Abstractions.Experiments;
using Progeny.Core.Manifests;

namespace Progeny.Gateway.Rollouts;

/// <summary>The rules of an experiment, in the words of <c>serving.rollout</c>; those that are not its strategy's are left out.</summary>
internal sealed record RolloutRules(
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
    public static RolloutRules From(ExperimentSettings settings)
    {
        var strategy = settings.Strategy;
        var isCompared = strategy is RolloutStrategy.Canary or RolloutStrategy.AbTest or RolloutStrategy.Bandit;
        var isTimed = strategy is RolloutStrategy.Shadow or RolloutStrategy.AbTest;
        var isBandit = strategy == RolloutStrategy.Bandit;
        return new RolloutRules(
            strategy.ToString().ToLowerInvariant(),
            isCompared ? settings.Metric : null,
            isCompared ? settings.Goal : null,
            strategy == RolloutStrategy.Canary ? [.. settings.Steps.Select(step => new CanaryStepView(step.Share, step.Outcomes, ManifestUnits.Format(step.Time)))] : null,
            strategy == RolloutStrategy.AbTest ? settings.Share : null,
            settings.Shares.IsDefaultOrEmpty ? null : settings.Shares.ToDictionary(share => share.Generation, share => share.Share),
            strategy is RolloutStrategy.Canary or RolloutStrategy.AbTest ? settings.Alpha : null,
            isTimed ? settings.Outcomes : null,
            isTimed ? ManifestUnits.Format(settings.Time) : null,
            !isBandit ? null : settings.Policy == BanditPolicy.EpsilonGreedy ? "epsilon-greedy" : settings.Policy.ToString().ToLowerInvariant(),
            isBandit ? settings.Discount : null,
            isBandit && settings.Policy == BanditPolicy.EpsilonGreedy ? settings.Epsilon : null,
            settings.Select,
            settings.Arms.IsEmpty ? null : settings.Arms,
            strategy == RolloutStrategy.Shadow ? null : settings.Sticky,
            settings.Fallback);
    }

    /// <summary>A step of a canary.</summary>
    internal sealed record CanaryStepView(double Share, int Outcomes, string Time);
}
