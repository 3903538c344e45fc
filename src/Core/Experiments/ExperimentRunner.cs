using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments.Strategies;

namespace Progeny.Core.Experiments;

/// <summary>Runs an experiment: counts what was served, has the strategy decide, and makes the changes of the plan that follow.</summary>
/// <remarks>
/// A change is stored first, then made, then its consequences are stored: whichever step is the last before a node dies, the next
/// evaluation goes on there. The id of the draft tells whether the plan in force is the one that the change made.
/// </remarks>
/// <param name="interval">The time between two evaluations.</param>
public sealed class ExperimentRunner(IExperimentContext context, TimeSpan interval, TimeProvider time)
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(30);

    private long _evaluatedAt = time.GetTimestamp();
    private TimeSpan _unsaved;

    private ExperimentState State => context.State;

    /// <summary>Finishes what a stop interrupted, then begins the experiment or decides what follows from what was served since.</summary>
    public async Task EvaluateAsync()
    {
        if (State.PendingChange is { } pending)
            await MakeAsync(pending);
        if (State.IsOpen && State.Status == ExperimentStatus.Starting)
            await BeginAsync();
        else if (State.IsOpen)
            await DecideAsync();
        if (State is { IsOpen: true, PendingChange: null, Wanted: { } wanted })
            await PromoteWantedAsync(wanted);
    }

    /// <summary>
    /// Puts a generation into production that a person wants there, once its gates let it pass; while an approval is pending it waits.
    /// </summary>
    /// <returns>Why it must not; null: it is in production, or waits.</returns>
    public async Task<string?> PromoteWantedAsync(WantedPromotion wanted)
    {
        var (generation, by) = (wanted.Generation, wanted.By);
        var report = await context.CheckGatesAsync(generation, Stage.Champion, by);
        if (report.Pending)
        {
            if (State.Wanted != wanted)
                await SaveAsync(
                    (State with { Wanted = wanted }).Note(
                        by, $"{generation.Version} is to be in production and waits: {report.Refusal}.", time.GetUtcNow(), generation));
            return null;
        }

        if (report.Passed)
        {
            await FinishAsync(
                ExperimentVerdict.Won,
                generation,
                by,
                $"{generation.Version} was promoted by {by}{(wanted.Reason is null ? "." : $": {wanted.Reason}")}");
            return null;
        }

        if (State.Wanted is not null)
            await SaveAsync(
                (State with { Wanted = null }).Note(
                    by, $"{generation.Version} is not put into production: {report.Refusal}.", time.GetUtcNow(), generation));
        return report.Refusal;
    }

    /// <summary>Ends the experiment with one generation as the champion of all traffic.</summary>
    public async Task FinishAsync(ExperimentVerdict verdict, GenerationReference champion, string by, string message)
    {
        var change = State.Finish(verdict, champion, by, message, time.GetUtcNow());
        if (State.Status == ExperimentStatus.Starting)
            await context.SaveAsync(change.Then); // no plan of it was ever in force
        else
            await ChangeAsync(change);
    }

    private async Task BeginAsync()
    {
        var decision = State.Strategy.Begin(await context.TakeSnapshotAsync());
        if (decision is not RolloutDecision.Serve serve)
        {
            await FinishAsync(ExperimentVerdict.Undecided, State.ChampionNow, State.Id, decision.Message);
            return;
        }

        var (now, last) = (time.GetUtcNow(), await context.GetLastRecordAsync());
        await ChangeAsync(State.Run(now, last).Divide(serve, now, last));
    }

    private async Task DecideAsync()
    {
        var before = State;
        var next = (await context.CountAsync()).Advance(MeasurePassed());
        if (next.ScoreOffset != before.ScoreOffset || _unsaved >= SaveInterval)
            await SaveAsync(next);
        else
            context.Keep(next);
        var plan = await context.GetPlanAsync();
        if (plan.Version != State.PlanVersion)
            await SaveAsync(State.Interrupt(plan, time.GetUtcNow()));
        else if (State.Status == ExperimentStatus.Running)
            await FollowAsync(State.Strategy.Evaluate(await context.TakeSnapshotAsync()));
    }

    private async Task FollowAsync(RolloutDecision decision)
    {
        var now = time.GetUtcNow();
        switch (decision)
        {
            case RolloutDecision.Serve serve when await RefusalAsync(serve) is (var refusal, var isPending):
                if (isPending)
                    context.Keep(State with { Message = refusal });
                else if (serve.Champion is { } arm)
                    await SaveAsync(State.RefuseChampion(arm, refusal, now));
                else
                    await FinishAsync(ExperimentVerdict.RolledBack, State.ChampionNow, State.Id, refusal);
                return;
            case RolloutDecision.Serve serve:
                await ChangeAsync(State.Divide(serve, now, serve.Step is null ? 0 : await context.GetLastRecordAsync()));
                return;
            case RolloutDecision.Promote promote:
                await PromoteAsync(promote);
                return;
            case RolloutDecision.GiveUp giveUp:
                await FinishAsync(giveUp.Verdict, State.ChampionNow, State.Id, giveUp.Message);
                return;
            default:
                context.Keep(State with { Message = decision.Message });
                return;
        }
    }

    private async Task PromoteAsync(RolloutDecision.Promote promote)
    {
        var generation = State.Arms.First(arm => arm.Name == promote.Arm).Generation;
        if (generation.Project != State.Project)
        {
            await FinishAsync(
                ExperimentVerdict.Undecided,
                State.ChampionNow,
                State.Id,
                $"{promote.Message} {generation} is another project's and cannot be in production here.");
            return;
        }

        var report = await context.CheckGatesAsync(generation, Stage.Champion);
        if (report.Pending)
            context.Keep(State with { Message = $"{promote.Message} It waits: {report.Refusal}." });
        else if (report.Passed)
            await FinishAsync(ExperimentVerdict.Won, generation, State.Id, promote.Message);
        else
            await FinishAsync(ExperimentVerdict.RolledBack, State.ChampionNow, State.Id, $"{promote.Message} But {report.Refusal}.");
    }

    /// <summary>Why gates refuse what a strategy decided, or what it waits for; null: they let it pass.</summary>
    private async Task<(string Message, bool IsPending)?> RefusalAsync(RolloutDecision.Serve serve)
    {
        if (serve.Gate is not { } stage)
            return null;
        var checkedArms = State.Arms.Where(
            arm => serve.Champion is { } champion ? arm.Name == champion : arm.Name != State.ChampionArm && !arm.IsOut);
        foreach (var arm in checkedArms.Where(arm => arm.Generation.Project == State.Project))
        {
            var report = await context.CheckGatesAsync(arm.Generation, stage);
            if (!report.Passed)
                return ($"{serve.Message} But {arm.Generation.Version} {(report.Pending ? "waits" : "does not pass")}: {report.Refusal}.", report.Pending);
        }

        return null;
    }

    private async Task ChangeAsync(ExperimentChange change)
    {
        await SaveAsync(State with { PendingChange = change });
        await MakeAsync(change);
    }

    private async Task MakeAsync(ExperimentChange change)
    {
        var plan = await context.GetPlanAsync();
        try
        {
            if (plan.Version == change.Draft.Version)
                plan = await context.SetPlanAsync(change.Draft);
        }
        catch (PlanException exception)
        {
            await FollowRefusalAsync(State.Refuse(change, exception, time.GetUtcNow()), exception);
            return;
        }
        catch (RegistryException exception) when (exception.Error == RegistryError.Conflict)
        {
            plan = await context.GetPlanAsync(); // another plan came first
        }

        var isMade = plan.Version == change.Draft.Version + 1 && plan.DraftId == change.Draft.Id;
        await SaveAsync(isMade ? change.Then.WithPlan(plan.Version) : State.Interrupt(plan, time.GetUtcNow()));
    }

    private async Task FollowRefusalAsync(RefusedChange refused, PlanException exception)
    {
        switch (refused)
        {
            case RefusedChange.Retry retry:
                await ChangeAsync(retry.Change);
                return;
            case RefusedChange.Continue left:
                await SaveAsync(left.State);
                if (State.Status == ExperimentStatus.Starting)
                    await BeginAsync();
                return;
            case RefusedChange.RollBack rollBack:
                await FinishAsync(ExperimentVerdict.RolledBack, State.ChampionNow, State.Id, rollBack.Message);
                return;
            case RefusedChange.NeverBegan ended:
                await SaveAsync(ended.State);
                throw exception;
            case RefusedChange.Blocked blocked:
                throw new RegistryException(RegistryError.Conflict, blocked.Message);
        }
    }

    private Task SaveAsync(ExperimentState next)
    {
        _unsaved = TimeSpan.Zero;
        return context.SaveAsync(next);
    }

    /// <summary>
    /// The time since the last evaluation by the node's timer. Clocks that are set do not count, nor does time without a node.
    /// </summary>
    private TimeSpan MeasurePassed()
    {
        var max = (interval * 2) + TimeSpan.FromSeconds(1);
        var passed = time.GetElapsedTime(_evaluatedAt);
        passed = passed > max ? max : passed;
        _evaluatedAt = time.GetTimestamp();
        if (State.Status == ExperimentStatus.Running)
            _unsaved += passed;
        return passed;
    }
}
