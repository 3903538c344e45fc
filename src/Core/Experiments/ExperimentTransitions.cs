using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Experiments;

/// <summary>
/// The transitions of an experiment. Those that need another rollout plan are an <see cref="ExperimentChange"/>; the others are a state.
/// </summary>
public static class ExperimentTransitions
{
    /// <summary>The state of an experiment that begins to run.</summary>
    /// <param name="lastRecord">The sequence number of the project's last record in the query log.</param>
    public static ExperimentState Run(this ExperimentState state, DateTimeOffset now, long lastRecord) =>
        state with { Status = ExperimentStatus.Running, StartedAt = now, After = lastRecord, TrafficOffset = lastRecord };

    /// <summary>The state after some time of running; a pause does not count.</summary>
    public static ExperimentState Advance(this ExperimentState state, TimeSpan passed) =>
        state.Status == ExperimentStatus.Running
            ? state with { Elapsed = state.Elapsed + passed, StepElapsed = state.StepElapsed + passed }
            : state;

    /// <summary>The traffic is divided as a strategy decided.</summary>
    /// <param name="lastRecord">The sequence number of the project's last record in the query log, where a step begins.</param>
    public static ExperimentChange Divide(this ExperimentState state, RolloutDecision.Serve serve, DateTimeOffset now, long lastRecord)
    {
        var counted = state.NextPlan();
        var next = counted with
        {
            Arms = [
                .. counted.Arms.Select(
                    arm => WeightOf(serve, arm.Name) is { } weight
                        ? arm with { Weight = weight.Weight, IsShadow = weight.IsShadow, IsOut = weight.IsOut }
                        : arm),
            ],
            ChampionArm = serve.Champion ?? state.ChampionArm,
        };
        if (serve.Step is { } step)
        {
            next = next with
            {
                Step = step,
                StepElapsed = TimeSpan.Zero,
                StepAt = now,
                StepAfter = lastRecord,
                Arms = [.. next.Arms.Select(arm => arm with { InStep = ArmSums.None })],
            };
        }

        next = next.Note(state.Id, serve.Message, now, serve.Champion is null ? null : next.ChampionNow, figures: state);
        return new ExperimentChange(ExperimentPlans.OfRunning(next, serve.Message), next);
    }

    /// <summary>The experiment ends with one generation as the champion of all traffic.</summary>
    public static ExperimentChange Finish(
        this ExperimentState state,
        ExperimentVerdict verdict,
        GenerationReference champion,
        string by,
        string message,
        DateTimeOffset now) =>
        new(ExperimentPlans.OfEnd(state, champion, message), state.Note(by, message, now, champion).End(verdict, now));

    /// <summary>The experiment ends because another plan than its own is in force, which stays.</summary>
    public static ExperimentState Interrupt(this ExperimentState state, RolloutPlan plan, DateTimeOffset now)
    {
        var reason = plan.Reason is null ? "" : $" ({plan.Reason})";
        var message = $"Plan {plan.Version} is in force, made by {plan.By ?? "hand"}{reason}; it stays, and the experiment ends.";
        return (state with { PendingChange = null }).Note(state.Id, message, now).End(ExperimentVerdict.Interrupted, now);
    }

    /// <summary>
    /// A generation takes part in an experiment without an end. The newest take the place of the oldest; the champion stays.
    /// </summary>
    public static ExperimentState Add(this ExperimentState state, GenerationReference generation, string by, DateTimeOffset now)
    {
        var arms = state.Arms;
        var own = arms.Where(
            arm => !arm.IsOut && arm.Generation.Project == state.Project && !state.Settings.Arms.Contains(arm.Generation.Version)).ToList();
        if (own.Count >= state.Settings.Generations && own.FirstOrDefault(arm => arm.Name != state.ChampionArm) is { } oldest)
            arms = arms.Replace(oldest, oldest with { IsOut = true, Weight = 0 });
        var added = new ExperimentArmState { Name = ArmNaming.Of(generation, state.Project), Generation = generation };
        return (state with { Arms = arms.Add(added) }).Note(by, $"{generation.Version} takes part.", now, generation);
    }

    /// <summary>Gates refused an arm as the champion.</summary>
    public static ExperimentState RefuseChampion(this ExperimentState state, string arm, string refusal, DateTimeOffset now) =>
        (state with { Arms = [.. state.Arms.Select(each => each.Name == arm ? each with { RefusedAt = state.Elapsed } : each)] }).Note(
            state.Id, refusal, now);

    /// <summary>What follows where the plan of a change was refused.</summary>
    public static RefusedChange Refuse(this ExperimentState state, ExperimentChange change, PlanException exception, DateTimeOffset now)
    {
        var faults = string.Join("; ", exception.Faults.Select(fault => fault.Message));
        if (change.Then.Status == ExperimentStatus.Ended)
            return RefuseEnd(state, change, exception, faults);
        var why = $"It cannot go on: {faults}.";
        var invalid = ExperimentPlans.InvalidArms(change.Draft, exception);
        var isStarting = state.Status == ExperimentStatus.Starting;
        if (!isStarting
            && ExperimentPlans.DropFallbacks(
                change.Draft, [.. invalid.Where(name => state.Arms.All(arm => arm.Name != name))]) is { } without)
            return new RefusedChange.Retry(change with { Draft = without });
        if (state.Strategy.IsEndless && invalid.Count > 0
            && state.Arms.Any(arm => arm.Name != state.ChampionArm && !arm.IsOut && !invalid.Contains(arm.Name)))
        {
            // Without weights the next evaluation divides the traffic anew.
            var left = state.Arms.Select(
                arm => invalid.Contains(arm.Name) ? arm with { IsOut = true, Weight = 0 } : arm with { Weight = 0 });
            return new RefusedChange.Continue(
                (state with { PendingChange = null, Arms = [.. left] }).Note(
                    state.Id, $"Without {string.Join(", ", invalid)}. {why}", now));
        }

        // Before its first plan there is nothing to take back.
        return isStarting
            ? new RefusedChange.NeverBegan(
                (state with { PendingChange = null }).Note(state.Id, why, now).End(ExperimentVerdict.RolledBack, now))
            : new RefusedChange.RollBack(why);
    }

    /// <summary>
    /// An experiment must not end while its shares stay in force: it goes on without the fallbacks that cannot serve, then without a winner
    /// that does not load.
    /// </summary>
    private static RefusedChange RefuseEnd(ExperimentState state, ExperimentChange change, PlanException exception, string faults) =>
        ExperimentPlans.DropFailedArms(change.Draft, exception) is { } less ? new RefusedChange.Retry(change with { Draft = less })
        : change.Draft.Arms[0].Generation != state.ChampionNow
            ? new RefusedChange.RollBack($"{change.Then.Message} But it cannot be in production: {faults}.")
        : new RefusedChange.Blocked(
            $"{state.Id} is to end, but its champion cannot have all traffic: {faults}. It is tried again; promote a generation that can "
                + $"serve (POST /api/projects/{state.Project}/promotions).");

    private static ArmWeight? WeightOf(RolloutDecision.Serve serve, string arm) =>
        serve.Weights.FirstOrDefault(weight => weight.Arm == arm);
}
