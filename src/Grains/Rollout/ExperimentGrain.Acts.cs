using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Rollout.Strategies;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Rollout;

/// <content>What an experiment does, and what it writes down of it.</content>
internal sealed partial class ExperimentGrain
{
    /// <summary>Divides the traffic as a strategy wants it.</summary>
    private async Task ServeAsync(RolloutDecision.Serve serve, ExperimentState before)
    {
        var now = time.GetUtcNow();
        var next = before with
        {
            Arms =
            [
                .. before.Arms.Select(arm => serve.Weights.FirstOrDefault(weight => weight.Arm == arm.Name) is { } weight
                    ? arm with { Weight = weight.Weight, IsShadow = weight.IsShadow, IsOut = weight.IsOut }
                    : arm),
            ],
            ChampionArm = serve.Champion ?? before.ChampionArm,
        };
        if (serve.Step is { } step)
        {
            next = next with
            {
                Step = step,
                StepElapsed = TimeSpan.Zero,
                StepAt = now,
                StepAfter = await sources.LastRecordAsync(Project),
                Arms = [.. next.Arms.Select(arm => arm with { InStep = ArmSums.None })],
            };
        }

        next = next.Note(Project, Id, Id, serve.Message, now, serve.Champion is null ? null : Champion(next), figures: before);
        await IntendAsync(new ExperimentActState(ExperimentPlans.OfRunning(Project, Id, next, serve.Message), next));
    }

    private async Task PromoteAsync(RolloutDecision.Promote promote)
    {
        var generation = State.Arms.First(arm => arm.Name == promote.Arm).Generation;
        if (generation.Project != Project)
        {
            await EndAsync(ExperimentVerdict.Undecided, Champion(State), Id, $"{promote.Message} {generation} is another project's and cannot be in charge here.");
            return;
        }

        var report = await gates.CheckAsync(generation, Stage.Champion, ExperimentViews.Occasion(Id, State), CancellationToken.None);
        if (report.Passed)
            await EndAsync(ExperimentVerdict.Won, generation, Id, promote.Message);
        else
            await EndAsync(ExperimentVerdict.RolledBack, Champion(State), Id, $"{promote.Message} But {report.Refusal}.");
    }

    /// <summary>Why gates do not let happen what a strategy wants; null: they do.</summary>
    private async Task<string?> RefusalAsync(RolloutDecision.Serve serve)
    {
        if (serve.Gate is not { } stage)
            return null;
        var asked = State.Arms.Where(arm => serve.Champion is { } champion ? arm.Name == champion : arm.Name != State.ChampionArm && !arm.IsOut);
        foreach (var arm in asked.Where(arm => arm.Generation.Project == Project))
        {
            var report = await gates.CheckAsync(arm.Generation, stage, ExperimentViews.Occasion(Id, State), CancellationToken.None);
            if (!report.Passed)
                return $"{serve.Message} But {arm.Generation.Version} does not pass: {report.Refusal}.";
        }

        return null;
    }

    /// <summary>Ends the experiment: one generation has all traffic.</summary>
    private async Task EndAsync(ExperimentVerdict verdict, GenerationReference champion, string by, string message)
    {
        var now = time.GetUtcNow();
        var next = State.Note(Project, Id, by, message, now, champion).End(verdict, now);
        if (State.Status == ExperimentStatus.Starting)
            await SaveAsync(next); // it never had a plan
        else
            await IntendAsync(new ExperimentActState(ExperimentPlans.OfEnd(Project, Id, State, champion, message), next));
        if (!IsOpen)
            await RestAsync();
    }

    private async Task IntendAsync(ExperimentActState act)
    {
        await storage.SaveAsync(State with { Act = act });
        await ActAsync();
    }

    private async Task ActAsync()
    {
        var act = State.Act!;
        var plan = (await ProjectGrain.GetPlan(-1))!;
        if (plan.Version == act.Draft.Version)
        {
            try
            {
                plan = await ProjectGrain.SetPlan(act.Draft);
            }
            catch (PlanException exception)
            {
                await GiveUpArmsAsync(act, exception);
                return;
            }
            catch (RegistryException exception) when (exception.Error == RegistryError.Conflict)
            {
                plan = (await ProjectGrain.GetPlan(-1))!; // somebody was quicker
            }
        }

        if (plan.Version == act.Draft.Version + 1 && plan.By == act.Draft.By && plan.Reason == act.Draft.Reason)
            await SaveAsync(act.Then.WithPlan(plan.Version));
        else
            await InterruptAsync(plan);
    }

    /// <summary>Goes on without the arms that cannot serve; where no challenger is left, it ends.</summary>
    private async Task GiveUpArmsAsync(ExperimentActState act, PlanException exception)
    {
        var now = time.GetUtcNow();
        var why = $"It cannot go on: {string.Join("; ", exception.Faults.Select(fault => fault.Message))}.";
        var unfit = ExperimentPlans.Unfit(act.Draft, exception);
        var isLeft = Strategy.IsEndless && unfit.Count > 0 && State.Arms.Any(arm => arm.Name != State.ChampionArm && !arm.IsOut && !unfit.Contains(arm.Name));
        if (act.Then.Status == ExperimentStatus.Ended)
        {
            await EndWithLessAsync(act, exception);
        }
        else if (State.Status != ExperimentStatus.Starting && ExperimentPlans.WithoutStandIns(act.Draft, [.. unfit.Where(name => State.Arms.All(arm => arm.Name != name))]) is { } without)
        {
            await IntendAsync(act with { Draft = without });
        }
        else if (isLeft)
        {
            // Without weights the next look divides the traffic anew.
            var left = State.Arms.Select(arm => unfit.Contains(arm.Name) ? arm with { IsOut = true, Weight = 0 } : arm with { Weight = 0 });
            await SaveAsync((State with { Act = null, Arms = [.. left] }).Note(Project, Id, Id, $"Without {string.Join(", ", unfit)}. {why}", now));
            if (State.Status == ExperimentStatus.Starting)
                await BeginAsync();
        }
        else if (State.Status == ExperimentStatus.Starting)
        {
            // No plan of it was in force: what answers now answers on.
            await SaveAsync((State with { Act = null }).Note(Project, Id, Id, why, now).End(ExperimentVerdict.RolledBack, now));
            await RestAsync();
            throw exception;
        }
        else
        {
            await SaveAsync(State with { Act = null });
            await EndAsync(ExperimentVerdict.RolledBack, Champion(State), Id, why);
        }
    }

    /// <summary>
    /// Ends it with what can serve: it must not end while its shares stay in force. First those go that only stand in for others, then a
    /// winner that does not load. Where not even the champion can serve, it is tried again with each look.
    /// </summary>
    private async Task EndWithLessAsync(ExperimentActState act, PlanException exception)
    {
        var why = string.Join("; ", exception.Faults.Select(fault => fault.Message));
        if (ExperimentPlans.Less(act.Draft, exception) is { } less)
            await IntendAsync(act with { Draft = less });
        else if (act.Draft.Arms[0].Generation != Champion(State))
            await EndAsync(ExperimentVerdict.RolledBack, Champion(State), Id, $"{act.Then.Message} But it cannot be in charge: {why}.");
        else
            throw new RegistryException(RegistryError.Conflict, $"{Id} is to end, but its champion cannot have all traffic: {why}. It is tried again; promote a generation that can serve (POST /api/projects/{Project}/promotions).");
    }

    private async Task InterruptAsync(RolloutPlan plan)
    {
        var now = time.GetUtcNow();
        var message = $"Plan {plan.Version} is in force, made by {plan.By ?? "hand"}{(plan.Reason is null ? "" : $" ({plan.Reason})")}; it stays, and the experiment ends.";
        await SaveAsync((State with { Act = null }).Note(Project, Id, Id, message, now).End(ExperimentVerdict.Interrupted, now));
    }

    /// <summary>Counts the time that has passed, as timers see it: what a clock is set to means nothing, nor do times without a node count.</summary>
    private ExperimentState Pass(ExperimentState state)
    {
        var most = (options.Check * 2) + TimeSpan.FromSeconds(1);
        var passed = time.GetElapsedTime(lookedAt);
        passed = passed > most ? most : passed;
        lookedAt = time.GetTimestamp();
        if (state.Status != ExperimentStatus.Running)
            return state;
        unsaved += passed;
        return state with { Elapsed = state.Elapsed + passed, StepElapsed = state.StepElapsed + passed };
    }

    private async Task<ExperimentInfo> SetStatusAsync(ExperimentStatus status, string what, string by, string? reason)
    {
        await RequireOpenAsync();
        if (State.Status != status)
            await SaveAsync((State with { Status = status }).Note(Project, Id, by, reason is null ? $"{what}." : $"{what}: {reason}", time.GetUtcNow()));
        return (await Get())!;
    }

    private async Task RequireOpenAsync()
    {
        if (State.Request is null)
            throw new RegistryException(RegistryError.NotFound, $"'{Project}' has no experiment '{Id}'.");
        if (IsOpen && (State.Act is not null || State.Status == ExperimentStatus.Starting))
            await LookAsync();
        if (!IsOpen)
            throw new RegistryException(RegistryError.Conflict, $"{Id} has ended: {State.Message}");
    }

    private async Task SaveAsync(ExperimentState next)
    {
        await storage.SaveAsync(next);
        unsaved = TimeSpan.Zero;
        await TellAsync();
    }

    /// <summary>Appends to the log of decisions what is not there yet.</summary>
    private async Task TellAsync()
    {
        if (State.Untold.IsEmpty)
            return;
        foreach (var decision in State.Untold)
            await decisions.AppendAsync(decision, CancellationToken.None);
        await storage.SaveAsync(State with { Untold = [] });
    }

    private async Task RestAsync()
    {
        timer?.Dispose();
        timer = null;
        if (await this.GetReminder(WakeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }
}
