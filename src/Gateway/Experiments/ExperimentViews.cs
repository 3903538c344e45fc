using Progeny.Abstractions.Experiments;
using Progeny.Contracts.Experiments;
using Progeny.Contracts.Rollouts;
using Progeny.Core.Manifests;

namespace Progeny.Gateway.Experiments;

internal static class ExperimentViews
{
    public static ExperimentView ToView(this ExperimentInfo info) => new(
        info.Project,
        info.Id,
        RulesOf(info.Settings),
        info.Status,
        info.Verdict == ExperimentVerdict.None ? null : info.Verdict,
        info.Message,
        info.Champion,
        [.. info.Arms.Select(ToView)],
        info.Step == 0 ? null : info.Step,
        info.Elapsed.TotalSeconds,
        info.Step == 0 ? null : info.StepElapsed.TotalSeconds,
        info.StartedAt,
        info.EndedAt,
        info.By,
        info.Reason,
        info.PlanVersion,
        info.History);

    private static ExperimentArmView ToView(ExperimentArm arm) => new(
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

    private static double[]? Pair(double? low, double? high) =>
        low is { } from && high is { } to && double.IsFinite(from) && double.IsFinite(to) ? [from, to] : null;

    // JSON has no infinity.
    private static double? Shown(double? evidence) => evidence is { } value ? Math.Min(value, double.MaxValue) : null;

    private static RolloutRules RulesOf(ExperimentSettings settings)
    {
        var strategy = settings.Strategy;
        var isCompared = strategy is RolloutStrategy.Canary or RolloutStrategy.AbTest or RolloutStrategy.Bandit;
        var isTimed = strategy is RolloutStrategy.Shadow or RolloutStrategy.AbTest;
        var isBandit = strategy == RolloutStrategy.Bandit;
        return new RolloutRules(
            strategy.ToString().ToLowerInvariant(),
            isCompared ? settings.Metric : null,
            isCompared ? settings.Goal : null,
            strategy == RolloutStrategy.Canary ? [.. settings.Steps.Select(ToView)] : null,
            strategy == RolloutStrategy.AbTest ? settings.Share : null,
            settings.Shares.IsDefaultOrEmpty ? null : settings.Shares.ToDictionary(share => share.Generation, share => share.Share),
            strategy is RolloutStrategy.Canary or RolloutStrategy.AbTest ? settings.Alpha : null,
            isTimed ? settings.Outcomes : null,
            isTimed ? ManifestUnits.Format(settings.Time) : null,
            isBandit ? NameOf(settings.Policy) : null,
            isBandit ? settings.Discount : null,
            isBandit && settings.Policy == BanditPolicy.EpsilonGreedy ? settings.Epsilon : null,
            settings.Select,
            settings.Arms.IsEmpty ? null : settings.Arms,
            strategy == RolloutStrategy.Shadow ? null : settings.Sticky,
            settings.Fallback);
    }

    private static RolloutRules.CanaryStepView ToView(CanaryStep step) => new(step.Share, step.Outcomes, ManifestUnits.Format(step.Time));

    private static string NameOf(BanditPolicy policy) =>
        policy == BanditPolicy.EpsilonGreedy ? "epsilon-greedy" : policy.ToString().ToLowerInvariant();
}
