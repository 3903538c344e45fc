using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Gates;
using Progeny.Grains.Common;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Rollouts;

/// <summary>Promotions that people ask for: through the gates, and once they are approved where a gate wants that.</summary>
internal sealed class ManualPromotions(
    string project,
    IPersistentState<PromotionState> storage,
    AsyncLock turns,
    PlanWriter plans,
    IGrainFactory grains,
    IGatekeeper gates,
    IDecisionLog decisions,
    TimeProvider time)
{
    /// <summary>Whether one waits.</summary>
    public bool AreWaiting => !storage.State.Waiting.IsEmpty;

    /// <inheritdoc cref="IRolloutGrain.Promote"/>
    public async Task<PromotionAnswer> PromoteAsync(GenerationReference generation, string? by, string reason, bool force)
    {
        var wanted = storage.State.Waiting.FirstOrDefault(waiting => waiting.Generation == generation) ?? new WaitingPromotion
        {
            Number = storage.State.Count + 1,
            Generation = generation,
            By = by,
            Reason = reason,
            Promotions = plans.History.Promotions.Length,
        };
        var report = await gates.CheckAsync(
            generation, Stage.Champion, OccasionOf(wanted, by) with { IsForced = force }, CancellationToken.None);
        if (report.Passed)
            return new PromotionAnswer { Promotion = await plans.PromoteAsync(generation, reason, by) };
        if (!report.Pending)
            throw new RegistryException(RegistryError.Conflict, $"{generation} must not become champion: {report.Refusal}.");
        await storage.SaveAsync(turns, state => state.Waiting.Any(waiting => waiting.Generation == generation)
            ? state
            : state with { Count = Math.Max(state.Count, wanted.Number), Waiting = state.Waiting.Add(wanted) });
        return new PromotionAnswer
        {
            Approvals = [.. report.Verdicts.Select(verdict => verdict.Passed ? null : verdict.Approval).OfType<int>()],
            Message = $"{generation} waits: {report.Refusal}.",
        };
    }

    /// <summary>Goes on with those that are decided.</summary>
    public async Task FollowAsync()
    {
        foreach (var waiting in storage.State.Waiting)
        {
            if (await RefusalAsync(waiting) is not (var isDone, var refusal))
                continue;
            if (!isDone)
                await DecideAsync(waiting, refusal);
            await storage.SaveAsync(turns, state => state with { Waiting = state.Waiting.Remove(waiting) });
        }
    }

    /// <summary>Makes a promotion that has been approved.</summary>
    /// <returns>Whether it is made, or why it cannot be; null: it still waits.</returns>
    private async Task<(bool IsDone, string Refusal)?> RefusalAsync(WaitingPromotion waiting)
    {
        if (plans.History.Promotions.Length != waiting.Promotions)
        {
            var why = $"{plans.Plan.Champion?.ToString() ?? "nobody"} is in production by now, which was not when it was asked for";
            await grains.GetGrain<IApprovalGrain>(project).Withdraw(waiting.Purpose, waiting.Generation, $"{why}.");
            return (plans.Plan.Champion == waiting.Generation, why);
        }

        try
        {
            var report = await gates.CheckAsync(
                waiting.Generation, Stage.Champion, OccasionOf(waiting, waiting.By), CancellationToken.None);
            if (report.Pending)
                return null;
            if (report.Passed)
                await plans.PromoteAsync(waiting.Generation, waiting.Reason, waiting.By);
            return (report.Passed, report.Refusal);
        }
        catch (RegistryException exception)
        {
            return (false, exception.Message.TrimEnd('.'));
        }
    }

    /// <summary>Gates are checked each time anew.</summary>
    private GateOccasion OccasionOf(WaitingPromotion wanted, string? by) => new(Guid.CreateVersion7(time.GetUtcNow()).ToString("N"))
    {
        Purpose = wanted.Purpose,
        By = by ?? Decommissioning.Operator,
    };

    private Task DecideAsync(WaitingPromotion waiting, string refusal) => decisions.AppendAsync(
        new Decision
        {
            Id = $"{project}/{waiting.Purpose}/refused",
            Project = project,
            At = time.GetUtcNow(),
            Kind = DecisionKind.Gate,
            By = "rollout",
            Message = $"{waiting.Generation} is not put into production, as {waiting.By ?? Decommissioning.Operator} asked for: {refusal}.",
            Generation = waiting.Generation,
        },
        CancellationToken.None);
}
