using Progeny.Abstractions.Experiments;
using Progeny.Core.Manifests;

namespace Progeny.Core.Rollouts;

/// <summary>The rules of an experiment as a manifest says them.</summary>
public static class RolloutSettings
{
    public static ExperimentSettings Of(RolloutManifest rollout) => new()
    {
        Strategy = rollout.Strategy,
        Metric = rollout.Metric,
        Goal = rollout.Goal,
        Steps = [.. rollout.Steps],
        Share = rollout.Share,
        Shares = [.. rollout.Shares.Select(share => new ArmShare(share.Key, share.Value))],
        Alpha = rollout.Alpha,
        Outcomes = rollout.Outcomes,
        Time = rollout.Time,
        Policy = rollout.Policy,
        Discount = rollout.Discount,
        Epsilon = rollout.Epsilon,
        Select = rollout.Select,
        Generations = rollout.Generations,
        Arms = [.. rollout.Arms],
        Fallback = [.. rollout.Fallback],
        Sticky = rollout.Sticky,
    };
}
