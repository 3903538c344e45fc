using System.Collections.Immutable;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Rollout;
using Progeny.Grains.Registry;
using Progeny.Grains.Rollout;

namespace Progeny.Grains.Lifecycle;

/// <content>Which generation answers: plans, promotions, rollbacks.</content>
internal sealed partial class ProjectGrain
{
    /// <summary>The version of the plan whose consequences this activation has seen done.</summary>
    private long settled = -1;

    private PlanDrafts? drafts;

    private PlanDrafts Drafts => drafts ??= new(GrainFactory, time);

    public Task<RolloutPlan?> GetPlan(long knownVersion) => Task.FromResult(knownVersion == storage.State.PlanVersion ? null : Plan);

    public Task<ImmutableArray<RolloutPlan>> ListPlans() => Task.FromResult(storage.State.Plans is [] ? [Plan] : storage.State.Plans);

    public async Task<RolloutPlan> SetPlan(PlanDraft draft)
    {
        RequireProject();
        RequireActive();
        RequireInForce(draft);
        var promotions = storage.State.Promotions.Length;
        await Drafts.LoadAsync(draft.Arms);
        return await GrainFactory.GetGrain<IProjectGrain>(Name).PutPlan(draft, promotions);
    }

    public async Task<RolloutPlan> PutPlan(PlanDraft draft, int promotions)
    {
        RequireActive();
        RequireInForce(draft);
        // Without a version the last plan wins; but what was rolled back while models were loaded must not come back by a plan made before.
        if (draft.Version is null && storage.State.Promotions.Skip(promotions).Any(promotion => promotion.Rollback is true))
            throw new RegistryException(RegistryError.Conflict, $"'{Name}' was rolled back to {Champion} while the models of this plan were loaded; look at that first.");
        var plan = await Drafts.ToPlanAsync(draft, Plan);
        Drafts.Forget(draft.Arms);
        await TakeOver(plan, plan.Reason ?? "a new plan");
        return plan;
    }

    public Task<ImmutableArray<ShadowPeriod>> ListShadows() => Task.FromResult(storage.State.Shadows);

    public Task<Promotion> Promote(GenerationReference generation, string reason, string? by = null) => PutInChargeAsync(generation, reason, by, isRollback: false);

    public Task<Proposal> Propose(GenerationReference generation, string by) => GrainFactory.GetGrain<IRolloutGrain>(Name).Propose(generation, by);

    public Task<Promotion> RollBack(GenerationReference? generation, string? by, string reason, long? plan = null)
    {
        RequireProject();
        if (plan is { } known && known != storage.State.PlanVersion)
            throw new RegistryException(RegistryError.Conflict, $"Plan {known} of '{Name}' was to be left, but plan {storage.State.PlanVersion} is in force by now; look at that first.");
        var line = Succession.Of(storage.State.Promotions);
        generation ??= (Champion is null ? line.LastOrDefault() : line is [.., var before, _] ? before : null)
            ?? throw new RegistryException(RegistryError.Conflict, $"Nothing was in charge of '{Name}' before {Champion?.ToString() ?? "now"}. Name the generation, or promote one (POST /api/projects/{Name}/promotions).");
        var earlier = storage.State.Promotions.Select(promotion => promotion.Generation).Distinct().ToList();
        if (!earlier.Contains(generation))
            throw new RegistryException(RegistryError.Conflict, $"{generation} was never in charge of '{Name}'; {string.Join(", ", earlier)} {(earlier.Count > 1 ? "were" : "was")}. Promote it instead.");
        return PutInChargeAsync(generation, reason, by, isRollback: true, plan);
    }

    public async Task<Promotion> PutInCharge(PlanDraft draft, bool isRollback, int promotions)
    {
        RequireActive();
        RequireInForce(draft);
        if (storage.State.Promotions.Length != promotions)
            throw new RegistryException(RegistryError.Conflict, $"{Champion?.ToString() ?? "Nobody"} was put in charge of '{Name}' while the model of {draft.Arms[0].Generation} was loaded; look at that first.");
        while (true)
        {
            try
            {
                var plan = await Drafts.ToPlanAsync(draft, Plan);
                Drafts.Forget(draft.Arms);
                return await TakeOver(plan, draft.Reason!, isRollback);
            }
            catch (PlanException exception) when (ExperimentPlans.Less(draft, exception) is { } less)
            {
                draft = less; // one that only stands in for others keeps nobody out
            }
            catch (PlanException exception)
            {
                throw new RegistryException(RegistryError.Conflict, string.Join(' ', exception.Faults.Select(fault => fault.Message)));
            }
        }
    }

    private async Task<Promotion> PutInChargeAsync(GenerationReference generation, string reason, string? by, bool isRollback, long? version = null)
    {
        // Whoever is put in charge while the model is loaded is not put out by somebody who has not seen it; shares may change.
        var promotions = storage.State.Promotions.Length;
        if (generation.Project != Name || await Drafts.OfOneAsync(generation, Plan, reason, by) is not { } draft)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation}.");
        RequireActive();
        await Drafts.LoadAsync(draft.Arms);
        return await GrainFactory.GetGrain<IProjectGrain>(Name).PutInCharge(draft with { Version = version }, isRollback, promotions);
    }

    private void RequireInForce(PlanDraft draft)
    {
        if (draft.Version is { } known && known != storage.State.PlanVersion)
            throw new RegistryException(RegistryError.Conflict, $"Plan {known} of '{Name}' was changed, but plan {storage.State.PlanVersion} is in force by now; look at that first.");
    }

    /// <summary>Puts a plan in force; whoever is in charge by it now, and was not before or is again by name, is promoted.</summary>
    /// <param name="isRollback">Null: it is a plan, not a promotion or rollback.</param>
    private async Task<Promotion> TakeOver(RolloutPlan plan, string reason, bool? isRollback = null)
    {
        // Once it is not the last any more, nobody would do what the plan in force still asks for.
        await SettleOnce();
        var promotion = new Promotion { Generation = plan.Champion!, Previous = Champion, At = plan.At, Reason = reason, Rollback = isRollback ?? false };
        var promoted = isRollback is not null || promotion.Generation != Champion;
        var place = await PlaceAsync(plan);
        await storage.SaveAsync(storage.State with
        {
            Promotions = promoted ? storage.State.Promotions.Add(promotion) : storage.State.Promotions,
            PlanVersion = plan.Version,
            Plans = [plan, .. storage.State.Plans.IsEmpty ? [Plan] : storage.State.Plans.Take(MostPlans - 1)],
            Shadows = ShadowPeriods.Follow(storage.State.Shadows, plan, place),
        });
        await PlanChangedAsync();
        await SettlePlan();
        await TouchAsync();
        return promotion;
    }

    /// <summary>Has online agents take over the plan.</summary>
    private Task PlanChangedAsync() => GrainFactory.GetGrain<IRosterGrain>(IRosterGrain.Key).PlanChanged(Name);

    /// <summary>The place of the last query, where a plan has other shadows than the one before.</summary>
    private async Task<long> PlaceAsync(RolloutPlan? plan) =>
        (plan is null || ShadowPeriods.Changes(storage.State.Shadows, plan)) && await log.ListAsync(Name, null, null, null, 1, CancellationToken.None) is [var last, ..] ? last.Sequence : 0;

    private Task SettleOnce() => settled == storage.State.PlanVersion ? Task.CompletedTask : SettlePlan();

    /// <summary>Does what follows from the plan in force; done again, it changes nothing.</summary>
    private async Task SettlePlan()
    {
        var version = storage.State.PlanVersion;
        await SettleStages();
        if (storage.State.Plans is [{ Version: > 0, Arms.IsEmpty: false } plan, ..])
            await decisions.AppendAsync(PlanDecisions.Of(plan, storage.State.Promotions), CancellationToken.None);
        settled = version;
    }

    private Task SettleStages() => storage.State.Plans switch
    {
        [var plan, var before, ..] => Stages.SettleAsync(GrainFactory, before, plan),
        [var plan] => Stages.SettleAsync(GrainFactory, null, plan),
        _ => Stages.SettleAsync(GrainFactory, null, Plan),
    };
}
