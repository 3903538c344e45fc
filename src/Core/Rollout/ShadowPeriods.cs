using System.Collections.Immutable;
using Progeny.Abstractions.Rollout;

namespace Progeny.Core.Rollout;

/// <summary>Keeps note of which arms answer unseen as plans follow each other.</summary>
public static class ShadowPeriods
{
    private const int Most = 100;

    // Silos follow a plan up to two seconds later, and their clocks differ.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>The times with those that a new plan begins and ends.</summary>
    public static ImmutableArray<ShadowPeriod> Follow(ImmutableArray<ShadowPeriod> periods, RolloutPlan plan)
    {
        var next = periods.Select(period => period.Until is null && !plan.Shadows.Contains(period.Arm) ? period with { Until = plan.At } : period).ToList();
        next.AddRange(plan.Shadows.Where(arm => next.TrueForAll(period => period.Until is not null || period.Arm != arm)).Select(arm => new ShadowPeriod(arm, plan.At, null)));
        return [.. next.TakeLast(Most)];
    }

    /// <summary>The arms that may have answered a query of some time unseen.</summary>
    public static IEnumerable<string> At(ImmutableArray<ShadowPeriod> periods, DateTimeOffset at) =>
        periods.Where(period => at >= period.From - Margin && (period.Until is not { } until || at <= until + Margin)).Select(period => period.Arm).Distinct(StringComparer.Ordinal);
}
