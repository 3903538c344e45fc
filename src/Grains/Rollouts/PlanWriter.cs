using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Retraining;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Experiments;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Grains.Common;
using Progeny.Grains.Releases;

namespace Progeny.Grains.Rollouts;

/// <summary>The changes of a project's rollout plan, one after the other. Models are loaded before a change takes its turn.</summary>
internal sealed class PlanWriter(
    string project, IPersistentState<PlanHistory> storage, IGrainFactory grains, IDecisionLog decisions, IQueryLog log, TimeProvider time)
{
    private readonly AsyncLock _turns = new();
    private readonly PlanDrafts _drafts = new(grains, time);
    private readonly GenerationStages _stages = new(project, grains, decisions, time);

    /// <summary>The version of the plan whose stages and decision are settled.</summary>
    private long _settled = -1;

    public PlanHistory History => storage.State;

    public RolloutPlan Plan => History.PlanOf(project);

    /// <inheritdoc cref="IRolloutGrain.SetPlan"/>
    public async Task<RolloutPlan> SetAsync(PlanDraft draft)
    {
        await RequireProjectAsync();
        History.RequireActive(project);
        History.RequireVersion(project, draft.Version);
        var promotions = History.Promotions.Length;
        await _drafts.LoadAsync(draft.Arms);

        using var turn = await _turns.EnterAsync();
        History.RequireActive(project);
        History.RequireVersion(project, draft.Version);
        // Without a version the last plan wins; but what was rolled back while models were loaded must not come back by a plan made before.
        if (draft.Version is null && History.Promotions.Skip(promotions).Any(promotion => promotion.Rollback))
            throw new RegistryException(
                RegistryError.Conflict,
                $"'{project}' was rolled back to {Plan.Champion} while the models of this plan were loaded; see that first.");
        var plan = await _drafts.ToPlanAsync(draft, Plan);
        _drafts.Forget(draft.Arms);
        await PutAsync(plan, PlanChange.Shares);
        return Plan;
    }

    /// <summary>Makes a generation the champion of all traffic. No gate is asked.</summary>
    public Task<Promotion> PromoteAsync(GenerationReference generation, string reason, string? by) =>
        PutIntoProductionAsync(generation, reason, by, PlanChange.Promotion, version: null);

    /// <inheritdoc cref="IRolloutGrain.RollBack"/>
    public async Task<Promotion> RollBackAsync(GenerationReference? generation, string? by, string reason, long? version)
    {
        await RequireProjectAsync();
        if (version is { } known && known != Plan.Version)
            throw new RegistryException(
                RegistryError.Conflict,
                $"Plan {known} of '{project}' was to be left, but plan {Plan.Version} is in force by now; see that first.");
        return await PutIntoProductionAsync(History.RollbackTarget(project, generation), reason, by, PlanChange.Rollback, version);
    }

    /// <inheritdoc cref="IRolloutGrain.SetStage"/>
    public async Task<GenerationInfo> SetStageAsync(GenerationReference generation, Stage stage, string? by, string? reason)
    {
        using var turn = await _turns.EnterAsync();
        History.RequireActive(project);
        return await _stages.MoveAsync(Plan, generation, stage, by, reason);
    }

    /// <inheritdoc cref="IRolloutGrain.Close"/>
    public Task CloseAsync(Decommission end) => EmptyAsync(decommissioned: true, end.At, end.By, end.Reason);

    /// <inheritdoc cref="IRolloutGrain.Open"/>
    public Task OpenAsync(string? by, string? reason) => EmptyAsync(decommissioned: false, time.GetUtcNow(), by, reason);

    /// <summary>Does what follows from the plan in force and a stop may have interrupted.</summary>
    public async Task SettleAsync()
    {
        using var turn = await _turns.EnterAsync();
        if (!Plan.Decommissioned)
            await SettlePlanAsync();
    }

    private async Task RequireProjectAsync()
    {
        if (History.Plans.IsEmpty && await grains.GetGrain<IProjectGrain>(project).Get() is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no project '{project}'.");
    }

    private async Task<Promotion> PutIntoProductionAsync(
        GenerationReference generation, string reason, string? by, PlanChange change, long? version)
    {
        // A champion that comes while the model is loaded is not displaced by one that was chosen before; shares may change.
        var promotions = History.Promotions.Length;
        if (generation.Project != project || await _drafts.OfOneAsync(generation, Plan, reason, by) is not { } draft)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation}.");
        History.RequireActive(project);
        await _drafts.LoadAsync(draft.Arms);

        using var turn = await _turns.EnterAsync();
        History.RequireActive(project);
        History.RequireVersion(project, version);
        if (History.Promotions.Length != promotions)
            throw new RegistryException(
                RegistryError.Conflict,
                $"{Plan.Champion?.ToString() ?? "Nobody"} was put into production in '{project}' while the model of {generation} was "
                    + "loaded; see that first.");
        await PutAsync(await ToPlanAsync(draft), change);
        return History.Promotions[^1];
    }

    /// <summary>The plan of one generation; fallbacks that cannot serve are left out.</summary>
    private async Task<RolloutPlan> ToPlanAsync(PlanDraft draft)
    {
        while (true)
        {
            try
            {
                var plan = await _drafts.ToPlanAsync(draft, Plan);
                _drafts.Forget(draft.Arms);
                return plan;
            }
            catch (PlanException exception) when (ExperimentPlans.DropFailedArms(draft, exception) is { } less)
            {
                draft = less;
            }
            catch (PlanException exception)
            {
                throw new RegistryException(RegistryError.Conflict, string.Join(' ', exception.Faults.Select(fault => fault.Message)));
            }
        }
    }

    private async Task EmptyAsync(bool decommissioned, DateTimeOffset at, string? by, string? reason)
    {
        using var turn = await _turns.EnterAsync();
        if (Plan.Decommissioned == decommissioned)
            return;
        var plan = new RolloutPlan
        {
            Project = project,
            Version = Plan.Version + 1,
            Champion = null,
            At = at,
            By = by,
            Reason = reason,
            Decommissioned = decommissioned,
        };
        await PutAsync(plan, PlanChange.Shares);
    }

    private async Task PutAsync(RolloutPlan plan, PlanChange change)
    {
        // Once a plan is not the last one any more, nothing would do what followed from it.
        if (_settled != Plan.Version && !Plan.Decommissioned)
            await SettlePlanAsync();
        await storage.SaveAsync(History.Add(plan, change, await LastRecordAsync(plan)));
        await grains.GetGrain<IRosterGrain>(IRosterGrain.Key).PlanChanged(project);
        if (!plan.Arms.IsEmpty)
            await SettlePlanAsync();
        await grains.GetGrain<IOfflineScheduleGrain>(IOfflineScheduleGrain.Key).Touch([project]);
    }

    /// <summary>Does what follows from the plan in force: stages, the decision on record. Done again, it changes nothing.</summary>
    private async Task SettlePlanAsync()
    {
        var plan = Plan;
        await StageReconciler.ReconcileAsync(grains, History.Plans is [_, var before, ..] ? before : null, plan);
        if (plan is { Version: > 0, Arms.IsEmpty: false })
            await decisions.AppendAsync(PlanDecisions.Of(plan, History.Promotions), CancellationToken.None);
        _settled = plan.Version;
    }

    /// <summary>
    /// The sequence number of the project's last record in the query log, where a plan has other shadows than the one before.
    /// </summary>
    private async Task<long> LastRecordAsync(RolloutPlan plan) =>
        ShadowPeriods.Changes(History.Shadows, plan)
            && await log.ListAsync(project, null, null, null, 1, CancellationToken.None) is [var last, ..] ? last.Sequence : 0;
}
