using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Lifecycle;
using Progeny.Core.Rollout;
using Progeny.Core.Rollout.Strategies;
using Progeny.Grains.Metrics;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Rollout;

/// <content>What becomes of a generation that is proposed.</content>
internal sealed partial class RolloutGrain
{
    /// <summary>When a proposal has its gates asked: again only after another experiment, but for a stop in the middle.</summary>
    private GateOccasion Proposed => new(string.Create(CultureInfo.InvariantCulture, $"proposal/{State.Count}"));

    /// <summary>When somebody asks by hand: each time anew.</summary>
    private GateOccasion ByHand() => new(Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));

    /// <summary>What <c>serving.rollout</c> of the generation's release says.</summary>
    private async Task<Proposal> ConductAsync(GenerationReference generation, string by)
    {
        var blueprint = generation.Project == Name ? await GrainFactory.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint() : null;
        if (blueprint is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation} of '{Name}'.");
        var settings = RolloutSettings.Of(ManifestParser.ParseOrThrow(blueprint.Release.Manifest).Serving.Rollout);
        var strategy = RolloutStrategies.Of(settings.Strategy);
        var champion = (await Project.Get())?.Champion;
        if (champion == generation)
            return new Proposal(generation, ProposalOutcome.Promoted, "It is in charge.", null);
        if (strategy.Entry is not { } entry)
            return new Proposal(generation, ProposalOutcome.Staged, "It waits until somebody promotes it: serving.rollout.strategy is explicit.", null);
        // Also where the one that waits is only about to go on: the newer one goes first, and an older one must not follow it.
        if (State.Waiting is { } other && other != generation)
            await SupersedeAsync(other, generation, by);

        // Nothing can be compared with the first one of a project.
        if (champion is null)
        {
            var promoted = await PromoteAsync(generation, by, "it is the first");
            return promoted.Outcome == ProposalOutcome.Promoted && strategy.IsEndless ? await TryAsync(generation, settings, by) : promoted;
        }

        if (State.Active is { } active && await Experiment(active).Get() is { } running)
        {
            if (strategy.IsEndless && AreSame(running.Settings, settings))
                return await JoinAsync(generation, active, by, entry);
            if (!RolloutStrategies.Of(running.Settings.Strategy).IsEndless)
                return await QueueAsync(generation, active, by);
            // Only one that gets anywhere takes the place of what runs.
            if (await RefusalAsync(generation, entry, Proposed) is { } no)
                return await RefuseAsync(generation, by, no);
            await Experiment(active).End(ExperimentVerdict.Superseded, "rollout", $"{generation.Version} brings other rules");
            await storage.SaveAsync(State with { Active = null });
        }

        if (entry == Stage.Champion)
            return await PromoteAsync(generation, by, "it is the latest");
        if (await RefusalAsync(generation, entry, Proposed) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        return await TryAsync(generation, settings, by);
    }

    /// <summary>Starts the experiment in which a proposed generation has to prove itself.</summary>
    private async Task<Proposal> TryAsync(GenerationReference generation, ExperimentSettings settings, string by)
    {
        try
        {
            var taking = await Contenders.ListAsync(GrainFactory, Name, [generation], settings, withNewest: true);
            taking = await PassingAsync(taking, [generation, (await Project.Get())!.Champion!], RolloutStrategies.Of(settings.Strategy).Entry, Proposed);
            var info = await StartAsync(new ExperimentRequest { Settings = settings, Generations = taking, By = by, Reason = $"{generation.Version} is new" }, generation);
            return new Proposal(generation, ProposalOutcome.Experiment, info.Message, info.Id);
        }
        catch (PlanException exception)
        {
            return await RefuseAsync(generation, by, Said(exception));
        }
    }

    /// <summary>Those that pass the gates before the stage that they would enter.</summary>
    /// <param name="asked">Those whose gates need not be asked, or have been.</param>
    private async Task<ImmutableArray<GenerationReference>> PassingAsync(
        ImmutableArray<GenerationReference> taking, ImmutableArray<GenerationReference> asked, Stage? entry, GateOccasion occasion)
    {
        var passing = ImmutableArray.CreateBuilder<GenerationReference>();
        foreach (var generation in taking)
        {
            if (entry is not { } stage || generation.Project != Name || asked.Contains(generation) || await RefusalAsync(generation, stage, occasion) is null)
                passing.Add(generation);
        }

        return passing.ToImmutable();
    }

    private async Task<Proposal> PromoteAsync(GenerationReference generation, string by, string why)
    {
        if (await RefusalAsync(generation, Stage.Champion, Proposed) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        while (true)
        {
            var plan = (await Project.Get())!.PlanVersion;
            try
            {
                await Project.Promote(generation, $"{why}, made by {by}", "rollout");
                return new Proposal(generation, ProposalOutcome.Promoted, $"It is in charge: {why}.", null);
            }
            catch (RegistryException exception) when (exception.Error == RegistryError.Conflict)
            {
                // Where another one was put in charge while its model was loaded, it is the newest still.
                if ((await Project.Get())!.PlanVersion == plan)
                    return await RefuseAsync(generation, by, exception.Message);
            }
        }
    }

    private async Task<Proposal> JoinAsync(GenerationReference generation, string active, string by, Stage entry)
    {
        if (await RefusalAsync(generation, entry, Proposed) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        var info = await Experiment(active).Join(generation, by);
        return info.Arms.All(arm => arm.Generation != generation)
            ? await RefuseAsync(generation, by, info.Message)
            : new Proposal(generation, ProposalOutcome.Experiment, info.Message, active);
    }

    /// <summary>Has a generation wait for the end of an experiment.</summary>
    private async Task<Proposal> QueueAsync(GenerationReference generation, string active, string by)
    {
        if (State.Waiting != generation)
            await storage.SaveAsync(State with { Waiting = generation, WaitingBy = by });
        await DecideAsync(generation, by, "waits", $"{generation.Version} waits for the end of {active}.");
        return new Proposal(generation, ProposalOutcome.Staged, $"It waits for the end of {active}.", null);
    }

    /// <summary>Has one that waits give way to a newer one; on record before it is done.</summary>
    private async Task SupersedeAsync(GenerationReference other, GenerationReference newer, string by)
    {
        var message = $"{other.Version} gives way to {newer.Version}, which is newer, and stays staged.";
        await DecideAsync(other, by, "superseded", message);
        await storage.SaveAsync(State with { Waiting = null, WaitingBy = null, Proposals = With(new Proposal(other, ProposalOutcome.Superseded, message, null)) });
    }

    private async Task<Proposal> RefuseAsync(GenerationReference generation, string by, string why)
    {
        why = why.TrimEnd('.');
        await DecideAsync(generation, by, "refused", $"{generation.Version} does not get there: {why}.");
        return new Proposal(generation, ProposalOutcome.Refused, $"{why}.", null);
    }

    private async Task<string?> RefusalAsync(GenerationReference generation, Stage stage, GateOccasion occasion)
    {
        var report = await gates.CheckAsync(generation, stage, occasion, CancellationToken.None);
        return report.Passed ? null : report.Refusal;
    }

    private async Task RequireGatesAsync(GenerationReference generation, Stage? stage, GateOccasion occasion)
    {
        if (stage is { } entered && await RefusalAsync(generation, entered, occasion) is { } refusal)
            throw new RegistryException(RegistryError.Conflict, $"{generation} must not become {entered.ToString().ToLowerInvariant()}: {refusal}.");
    }

    private Task DecideAsync(GenerationReference generation, string by, string what, string message) => decisions.AppendAsync(
        new Decision
        {
            Id = $"{Name}/proposal/{generation.Version}/{what}",
            Project = Name,
            At = time.GetUtcNow(),
            Kind = DecisionKind.Experiment,
            By = "rollout",
            Message = $"{message} Proposed by {by}.",
            Generation = generation,
        },
        CancellationToken.None);

    private static string Said(PlanException exception) => string.Join("; ", exception.Faults.Select(fault => fault.Message));

    private static bool AreSame(ExperimentSettings one, ExperimentSettings other) =>
        one with { Steps = [], Arms = [], Fallback = [], Shares = [] } == other with { Steps = [], Arms = [], Fallback = [], Shares = [] }
        && one.Steps.SequenceEqual(other.Steps) && one.Arms.SequenceEqual(other.Arms) && one.Fallback.SequenceEqual(other.Fallback);
}
