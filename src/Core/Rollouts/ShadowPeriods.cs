using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>Keeps note of which arms answer as shadows as plans follow each other.</summary>
public static class ShadowPeriods
{
    private const int Most = 100;

    // Silos follow a plan up to two seconds later, and what they answered by then is logged a moment later still.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>Whether a new plan begins or ends one.</summary>
    public static bool Changes(ImmutableArray<ShadowPeriod> periods, RolloutPlan plan) =>
        !plan.Shadows.IsEmpty || periods.Any(period => period.Until is null);

    /// <summary>The times with those that a new plan begins and ends.</summary>
    /// <param name="place">The place of the last record in the project's query log; any where the plan changes none.</param>
    public static ImmutableArray<ShadowPeriod> Follow(ImmutableArray<ShadowPeriod> periods, RolloutPlan plan, long place)
    {
        var next = periods.Select(
            period => period.Until is null && !plan.Shadows.Contains(period.Arm) ? period with { Until = plan.At, UpTo = place } : period)
                .ToList();
        next.AddRange(
            plan.Shadows.Where(arm => next.TrueForAll(period => period.Until is not null || period.Arm != arm))
                .Select(arm => new ShadowPeriod(arm, plan.At, null, place)));
        return [.. next.TakeLast(Most)];
    }

    /// <summary>
    /// The arms that may have answered a query as shadows: by its sequence in the log, for a clock may have been set meanwhile.
    /// </summary>
    /// <param name="at">When it was asked; counts for the moments after a time, when its last queries are logged.</param>
    public static IEnumerable<string> Of(ImmutableArray<ShadowPeriod> periods, long sequence, DateTimeOffset at) =>
        periods.Where(period => Has(period, sequence, at)).Select(period => period.Arm).Distinct(StringComparer.Ordinal);

    private static bool Has(ShadowPeriod period, long sequence, DateTimeOffset at) => period switch
    {
        { Until: null } => sequence > period.After,
        { UpTo: { } last, Until: { } until } => sequence > period.After && (sequence <= last || (at - until).Duration() <= Margin),
        { Until: { } until } => at >= period.From - Margin && at <= until + Margin,
    };
}
