using Progeny.Abstractions.Rollouts;

namespace Progeny.Gateway.Rollouts;

/// <summary>A plan as the API shows it.</summary>
/// <param name="Version">Grows by one with every change; 0: nothing was promoted yet.</param>
/// <param name="Champion">The name of the arm in charge.</param>
/// <param name="Arms">The generations of the plan, by name.</param>
/// <param name="Fallback">The names of the arms that answer for one that fails, the first one first.</param>
/// <param name="Shadows">The names of the arms that get every query unseen.</param>
/// <param name="StickyKey">The field that is hashed to choose an arm, or <c>query_id</c>; null: the entity.</param>
/// <param name="InForce">Whether this node follows it already; left out for the plans before.</param>
/// <param name="ShadowsDropped">How many queries the shadows on this node did not get because they are too slow.</param>
/// <param name="Buckets">Which arm has which of the 1,000,000 buckets, in order.</param>
internal sealed record RolloutView(
    string Project,
    long Version,
    string? Champion,
    IReadOnlyList<RolloutViewArm> Arms,
    IReadOnlyList<string> Fallback,
    IReadOnlyList<string> Shadows,
    string? StickyKey,
    IReadOnlyList<BucketRangeView> Buckets,
    DateTimeOffset? At,
    string? By,
    string? Reason,
    bool? InForce,
    long? ShadowsDropped)
{
    public static RolloutView From(RolloutPlan plan, bool? inForce = null, long? shadowsDropped = null) => new(
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
