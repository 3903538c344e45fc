namespace Progeny.Contracts.Rollouts;

/// <summary>A plan as the API shows it.</summary>
/// <param name="Version">Grows by one with every change; 0: nothing was promoted yet.</param>
/// <param name="Champion">The name of the arm in production.</param>
/// <param name="Arms">The generations of the plan, by name.</param>
/// <param name="Fallback">The names of the arms that answer for one that fails, the first one first.</param>
/// <param name="Shadows">The names of the arms that shadow every query.</param>
/// <param name="StickyKey">The field that is hashed to choose an arm, or <c>query_id</c>; null: the entity.</param>
/// <param name="InForce">Whether this node follows it already; left out for the plans before.</param>
/// <param name="ShadowsDropped">How many queries the shadows on this node did not get because they are too slow.</param>
/// <param name="Buckets">Which arm has which of the 1,000,000 buckets, in order.</param>
public sealed record RolloutView(
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
    long? ShadowsDropped);
