using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.Manifests;
using Progeny.Grains.Common;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Rollouts;

/// <summary>
/// Tells the hooks of a release that a generation of it was taken out of production, or lost its experiment. It is told afterwards, so that
/// nothing that a hook does or does not holds up a rollback.
/// </summary>
internal sealed class RollbackHooks(
    string project,
    IPersistentState<PromotionState> storage,
    AsyncLock turns,
    PlanWriter plans,
    IGrainFactory grains,
    Hooks hooks,
    IDecisionLog decisions,
    TimeProvider time)
{
    private const int MaxAttempts = 5;

    /// <summary>Whether a hook may have to be told.</summary>
    public bool HaveWork =>
        !storage.State.Notices.IsEmpty || plans.History.Promotions.Skip(storage.State.Seen).Any(promotion => promotion.Rollback);

    /// <summary>Takes note of an experiment that has ended; the challengers that it rolled back have hooks, too.</summary>
    public async Task FollowAsync(ExperimentInfo ended)
    {
        if (ended.Verdict != ExperimentVerdict.RolledBack)
            return;
        foreach (var arm in ended.Arms.Where(arm => arm.Generation.Project == project && arm.Generation != ended.Champion))
            await AddAsync(arm.Generation, ended.Champion, ended.Id, ended.Message, ended.EndedAt ?? time.GetUtcNow(), ended.Id);
    }

    /// <summary>Tells hooks of what has been rolled back since.</summary>
    public async Task TellAsync()
    {
        var promotions = plans.History.Promotions;
        for (var i = storage.State.Seen; i < promotions.Length; i++)
        {
            if (promotions[i] is { Rollback: true, Previous: { } left } rollback && left.Project == project)
            {
                var plan = plans.History.Plans.FirstOrDefault(each => each.At == rollback.At);
                await AddAsync(
                    left,
                    rollback.Generation,
                    plan?.By ?? Decommissioning.Operator,
                    rollback.Reason,
                    rollback.At,
                    string.Create(CultureInfo.InvariantCulture, $"promotion-{i}"));
            }
        }

        await storage.SaveAsync(turns, state => state with { Seen = promotions.Length });
        await Task.WhenAll(storage.State.Notices.Select(TellAsync));
    }

    private async Task AddAsync(
        GenerationReference left, GenerationReference champion, string by, string? reason, DateTimeOffset at, string occasion)
    {
        if (await grains.GetGrain<IGenerationGrain>(left.ToString()).GetBlueprint() is not { } blueprint)
            return;
        var called = ManifestCache.Of(blueprint.Release).Hooks.Where(hook => hook.On == HookEvent.Rollback);
        var notices = called.Select((hook, i) => new RollbackNotice
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"hook/{left}/rollback/{occasion}/{i}"),
            Hook = hook,
            Left = left,
            Champion = champion,
            By = by,
            Reason = reason,
            At = at,
        });
        await storage.SaveAsync(
            turns,
            state =>
                notices.Where(notice => state.Notices.All(known => known.Id != notice.Id)).ToImmutableArray() is { IsEmpty: false } added
            ? state with { Notices = state.Notices.AddRange(added) }
            : state);
    }

    private async Task TellAsync(RollbackNotice notice)
    {
        var message = new HookMessage
        {
            Id = notice.Id,
            Project = project,
            Event = HookEvent.Rollback,
            Generation = notice.Left,
            Champion = notice.Champion,
            By = notice.By,
            Reason = notice.Reason,
            At = notice.At,
        };
        var problem = await hooks.TellAsync(notice.Hook, message, CancellationToken.None);
        var tried = notice with { Attempts = notice.Attempts + 1 };
        if (problem is null || tried.Attempts >= MaxAttempts)
            await DecideAsync(tried, problem);
        await storage.SaveAsync(turns, state => state with
        {
            Notices = problem is null || tried.Attempts >= MaxAttempts
                ? state.Notices.Remove(notice)
                : state.Notices.Replace(notice, tried),
        });
    }

    private Task DecideAsync(RollbackNotice notice, string? problem) => decisions.AppendAsync(
        new Decision
        {
            Id = notice.Id,
            Project = project,
            At = time.GetUtcNow(),
            Kind = DecisionKind.Hook,
            By = $"hook {notice.Hook.Webhook}",
            Message = problem is null
                ? $"It was told that {notice.Left} was rolled back for {notice.Champion}."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"It could not be told that {notice.Left} was rolled back for {notice.Champion}, in {notice.Attempts} attempts: "
                        + $"{problem}"),
            Generation = notice.Left,
        },
        CancellationToken.None);
}
