using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Decisions;

namespace Progeny.Core.Rollouts;

/// <summary>The rollout plans of a project and what followed from them.</summary>
public sealed record PlanHistory
{
    /// <summary>The most plans that are kept.</summary>
    public const int MaxPlans = 100;

    /// <summary>The newest plans, newest first; the first one is in force.</summary>
    public ImmutableArray<RolloutPlan> Plans { get; init; } = [];

    /// <summary>All promotions, oldest first.</summary>
    public ImmutableArray<Promotion> Promotions { get; init; } = [];

    /// <summary>The times in which arms were shadows, oldest first.</summary>
    public ImmutableArray<ShadowPeriod> Shadows { get; init; } = [];

    /// <summary>The plan in force; before the first promotion an empty one of version 0.</summary>
    public RolloutPlan PlanOf(string project) =>
        Plans is [var plan, ..] ? plan : new RolloutPlan { Project = project, Version = 0, Champion = null };

    /// <summary>The history with a plan more, which is in force then.</summary>
    /// <param name="change">What asked for it; a plan that changes the champion is a promotion whatever asked for it.</param>
    /// <param name="lastRecord">The sequence number of the project's last record in the query log; any where the plan changes no
    /// shadow.</param>
    public PlanHistory Add(RolloutPlan plan, PlanChange change, long lastRecord)
    {
        var before = PlanOf(plan.Project).Champion;
        if (change == PlanChange.Shares && plan.Champion is not null && plan.Champion != before)
            change = PlanChange.Promotion;
        var isPromotion = plan.Champion is not null && change != PlanChange.Shares;
        return new PlanHistory
        {
            Plans = [plan with { Change = change }, .. Plans.IsEmpty ? [PlanOf(plan.Project)] : Plans.Take(MaxPlans - 1)],
            Promotions = !isPromotion ? Promotions : Promotions.Add(new Promotion
            {
                Generation = plan.Champion!,
                Previous = before,
                At = plan.At,
                Reason = plan.Reason ?? "a new plan",
                Rollback = change == PlanChange.Rollback,
            }),
            Shadows = ShadowPeriods.Follow(Shadows, plan, lastRecord),
        };
    }

    /// <summary>The generation that a rollback makes the champion.</summary>
    /// <param name="generation">The one that is asked for; null: the champion before, without those that a rollback left.</param>
    /// <exception cref="RegistryException">There is none, or it was never the champion.</exception>
    public GenerationReference RollbackTarget(string project, GenerationReference? generation)
    {
        var champion = PlanOf(project).Champion;
        var line = Succession.Of(Promotions);
        generation ??= (champion is null ? line.LastOrDefault() : line is [.., var before, _] ? before : null)
            ?? throw new RegistryException(
                RegistryError.Conflict,
                $"Nothing was in production in '{project}' before {champion?.ToString() ?? "now"}. Name the generation, or promote one "
                    + $"(POST /api/projects/{project}/promotions).");
        var earlier = Promotions.Select(promotion => promotion.Generation).Distinct().ToList();
        return earlier.Contains(generation)
            ? generation
            : throw new RegistryException(
                RegistryError.Conflict,
                $"{generation} was never in production in '{project}'; {string.Join(", ", earlier)} "
                    + $"{(earlier.Count > 1 ? "were" : "was")}. Promote it instead.");
    }

    /// <summary>Refuses a change of a plan that is not in force any more.</summary>
    /// <param name="version">The version of the plan that is changed; null: whatever is in force.</param>
    /// <exception cref="RegistryException">Another plan is in force.</exception>
    public void RequireVersion(string project, long? version)
    {
        var inForce = PlanOf(project).Version;
        if (version is { } known && known != inForce)
            throw new RegistryException(
                RegistryError.Conflict, $"Plan {known} of '{project}' was changed, but plan {inForce} is in force by now; see that first.");
    }

    /// <exception cref="RegistryException">The project was decommissioned.</exception>
    public void RequireActive(string project)
    {
        if (PlanOf(project) is { Decommissioned: true } end)
            throw new RegistryException(RegistryError.Conflict, Decommissioning.Refusal(project, end.At, end.Reason));
    }
}
