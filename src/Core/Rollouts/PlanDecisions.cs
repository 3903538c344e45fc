using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>Tells of a plan as of a decision.</summary>
public static class PlanDecisions
{
    /// <summary>The decision that a plan is; the same each time.</summary>
    /// <param name="promotions">All promotions of the project, oldest first: the plan's own, if it is one, is the last.</param>
    public static Decision Of(RolloutPlan plan, ImmutableArray<Promotion> promotions)
    {
        var isPromotion = plan.Change != PlanChange.Shares;
        var wasInProduction = isPromotion && promotions.Take(promotions.Length - 1).Any(promotion => promotion.Generation == plan.Champion);
        var shares = plan.Arms.Select(arm => (arm.Name, Share: ShareOf(plan, arm.Name)));
        var served = string.Join(", ", plan.Arms.Select(arm => Describe(plan, arm)));
        var what = !isPromotion ? $"Plan {plan.Version}: {served}."
            : wasInProduction ? $"{plan.Champion!.Version} is in production again. Plan {plan.Version}: {served}."
            : $"{plan.Champion!.Version} is in production. Plan {plan.Version}: {served}.";
        return new Decision
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{plan.Project}/plan/{plan.Version}"),
            Project = plan.Project,
            At = plan.At,
            Kind = plan.Change switch
            {
                PlanChange.Promotion => DecisionKind.Promotion,
                PlanChange.Rollback => DecisionKind.Rollback,
                _ => DecisionKind.Plan,
            },
            By = plan.By ?? "operator",
            Message = string.IsNullOrEmpty(plan.Reason) ? what : $"{what} Why: {plan.Reason}",
            Generation = isPromotion ? plan.Champion : null,
            Figures = shares.ToImmutableSortedDictionary(arm => $"share_{arm.Name}", arm => arm.Share, StringComparer.Ordinal),
        };
    }

    /// <summary>An arm's part of the traffic, 0 to 1.</summary>
    public static double ShareOf(RolloutPlan plan, string arm) =>
        plan.Buckets.Where(range => range.Arm == arm).Sum(range => range.Length) / (double)BucketRange.Count;

    private static string Describe(RolloutPlan plan, RolloutArm arm)
    {
        var share = ShareOf(plan, arm.Name);
        var part = share > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %")
            : plan.Shadows.Contains(arm.Name) ? "shadow" : "no traffic";
        return $"{arm.Name} {arm.Generation.VersionIn(plan.Project)} {part}";
    }
}
