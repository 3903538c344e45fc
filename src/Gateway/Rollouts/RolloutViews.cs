using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Rollouts;

namespace Progeny.Gateway.Rollouts;

internal static class RolloutViews
{
    public static RolloutView ToView(this RolloutPlan plan, bool? inForce = null, long? shadowsDropped = null) => new(
        plan.Project,
        plan.Version,
        plan.ChampionArm,
        [.. plan.Arms.Select(arm => new RolloutViewArm(arm.Name, arm.Generation, arm.Weight, ShareOf(plan, arm)))],
        plan.Fallback,
        plan.Shadows,
        plan.StickyKey,
        [.. plan.Buckets.Select(range => new BucketRangeView(range.From, range.To, range.Arm))],
        plan.Version == 0 ? null : plan.At,
        plan.By,
        plan.Reason,
        inForce,
        shadowsDropped);

    private static double ShareOf(RolloutPlan plan, RolloutArm arm) =>
        plan.Buckets.Where(range => range.Arm == arm.Name).Sum(range => range.Length) / (double)BucketRange.Count;
}
