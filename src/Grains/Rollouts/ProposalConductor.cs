using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Decisions;
using Progeny.Core.Experiments;
using Progeny.Core.Experiments.Strategies;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Grains.Common;
using Progeny.Grains.Experiments;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Rollouts;

/// <summary>Takes proposed generations through their gates and into service, as <c>serving.rollout</c> of their release says.</summary>
internal sealed class ProposalConductor(
    string project,
    IPersistentState<RolloutState> storage,
    PlanWriter plans,
    ActiveExperiment experiment,
    IGrainFactory grains,
    IGatekeeper gates,
    IDecisionLog decisions,
    TimeProvider time)
{
    private RolloutState State => storage.State;

    /// <summary>What approvals of proposed generations are for.</summary>
    private const string ProposalPurpose = "proposal";

    /// <summary>
    /// The occasion of a proposal's gates: they are checked again only after another experiment, or after a stop in the middle.
    /// </summary>
    private GateOccasion Proposed => new(string.Create(CultureInfo.InvariantCulture, $"proposal/{State.Count}"));

    private IApprovalGrain Approvals => grains.GetGrain<IApprovalGrain>(project);

    public static string TextOf(PlanException exception) => string.Join("; ", exception.Faults.Select(fault => fault.Message));

    /// <inheritdoc cref="IRolloutGrain.Propose"/>
    public async Task<Proposal> ProposeAsync(GenerationReference generation, string by)
    {
        if (State.Proposals.FirstOrDefault(
            known => known.Generation == generation) is { Outcome: not (ProposalOutcome.Staged or ProposalOutcome.PendingApproval) } known)
            return known;
        await FollowAsync();
        var proposal = await ConductAsync(generation, by);
        if (!State.Proposals.Contains(proposal))
            await storage.SaveAsync(State with { Proposals = State.With(proposal) });
        return proposal;
    }

    /// <inheritdoc cref="IRolloutGrain.Start"/>
    public async Task<ExperimentInfo> StartAsync(ExperimentRequest request)
    {
        await FollowAsync();
        if (State.Active is { } active)
            throw new RegistryException(
                RegistryError.Conflict, $"{active} runs; end it first (POST /api/projects/{project}/experiments/{active}/abort).");
        var champion = plans.Plan.Champion
            ?? throw new RegistryException(
                RegistryError.Conflict,
                $"'{project}' has no generation in production yet, beside which others could be tried; promote one first.");
        var (strategy, occasion) = (RolloutStrategies.Of(request.Settings.Strategy), ByHand());
        var asked = occasion with { Purpose = string.Create(CultureInfo.InvariantCulture, $"start-{State.Count + 1}"), By = request.By };
        foreach (var generation in request.Generations.Where(generation => generation.Project == project && generation != champion))
            await RequireGatesAsync(generation, strategy.Entry, asked);
        var taking = await ExperimentCandidates.ListAsync(
            grains, project, request.Generations, request.Settings, withNewest: request.Generations.IsEmpty);
        taking = await PassingAsync(taking, [champion, .. request.Generations], strategy.Entry, occasion);
        if (!strategy.IsEndless && taking.All(generation => generation == champion))
            throw new RegistryException(
                RegistryError.Conflict,
                $"{champion} is in production already and cannot want its own place; name another generation (GET "
                    + $"/api/projects/{project}/generations lists them).");
        return await experiment.StartAsync(request with { Generations = taking });
    }

    /// <summary>Takes note of the end of the experiment that runs.</summary>
    public async Task FollowAsync()
    {
        if (await experiment.FollowAsync() is { Proposed: { } generation } refused)
            await storage.SaveAsync(State with { Proposals = State.With(await RefuseAsync(generation, refused.By, refused.Why)) });
    }

    /// <summary>Proposes the generation that waited for the end of an experiment, or for an approval.</summary>
    /// <exception cref="RegistryException">The project has ended meanwhile, or has no champion any more; nothing waits then.</exception>
    public async Task ProposeWaitingAsync(GenerationReference waiting)
    {
        var by = State.WaitingBy ?? "rollout";
        try
        {
            if ((await grains.GetGrain<IGenerationGrain>(waiting.ToString()).Get())?.Stage is Stage.Retired or Stage.Archived)
                await RefuseWaitingAsync(waiting, by, "it was retired while it waited");
            else if (await ProposeAsync(waiting, by) is { Outcome: ProposalOutcome.Staged or ProposalOutcome.PendingApproval })
                return;
        }
        catch (RegistryException)
        {
            await StopWaitingAsync(waiting);
            throw;
        }

        await StopWaitingAsync(waiting);
    }

    /// <summary>Refuses a generation that does not pass the gates before a stage, or waits for an approval there.</summary>
    /// <exception cref="RegistryException">It does not.</exception>
    private async Task RequireGatesAsync(GenerationReference generation, Stage? stage, GateOccasion occasion)
    {
        if (stage is not { } entered || await CheckAsync(generation, entered, occasion) is not { Passed: false } report)
            return;
        var name = entered.ToString().ToLowerInvariant();
        throw new RegistryException(RegistryError.Conflict, report.Pending
            ? $"{generation} must not become {name} yet: {report.Refusal}. Start the experiment again once it is approved (POST "
                + $"/api/projects/{project}/approvals/…)."
            : $"{generation} must not become {name}: {report.Refusal}.");
    }

    private async Task RefuseWaitingAsync(GenerationReference waiting, string by, string why)
    {
        if (State.WaitsForApproval)
            await Approvals.Withdraw(ProposalPurpose, waiting, why);
        await storage.SaveAsync(State with { Proposals = State.With(await RefuseAsync(waiting, by, why)) });
    }

    private async Task<Proposal> ConductAsync(GenerationReference generation, string by)
    {
        var blueprint = generation.Project == project
            ? await grains.GetGrain<IGenerationGrain>(generation.ToString()).GetBlueprint()
            : null;
        if (blueprint is null)
            throw new RegistryException(RegistryError.NotFound, $"There is no generation {generation} of '{project}'.");
        var settings = ManifestCache.Of(blueprint.Release).Serving.Rollout;
        var strategy = RolloutStrategies.Of(settings.Strategy);
        var (step, endsRunning) = ProposalPolicy.Decide(generation, settings, plans.Plan.Champion, await experiment.GetAsync());
        // Also where the one that waits is only about to go on: the newer one goes first, and an older one must not follow it.
        if (step is not (ProposalStep.None or ProposalStep.Stage) && State.Waiting is { } other && other != generation)
            await SupersedeAsync(other, generation, by);
        if (endsRunning)
        {
            // Only a generation that gets anywhere takes the place of what runs.
            if (await StopAtGatesAsync(generation, by, strategy.Entry!.Value) is { } stopped)
                return stopped;
            await experiment.Grain(State.Active!).End(ExperimentVerdict.Superseded, "rollout", $"{generation.Version} brings other rules");
            await experiment.EndAsync();
        }

        switch (step)
        {
            case ProposalStep.None:
                return new Proposal(generation, ProposalOutcome.Promoted, "It is in production.", null);
            case ProposalStep.Stage:
                return new Proposal(
                    generation, ProposalOutcome.Staged, "It waits until somebody promotes it: serving.rollout.strategy is explicit.", null);
            case ProposalStep.PromoteFirst:
                var promoted = await PromoteAsync(generation, by, "it is the first");
                return promoted.Outcome == ProposalOutcome.Promoted && strategy.IsEndless
                    ? await TryAsync(generation, settings, by)
                    : promoted;
            case ProposalStep.Promote:
                return await PromoteAsync(generation, by, "it is the latest");
            case ProposalStep.Join:
                return await JoinAsync(generation, State.Active!, by, strategy.Entry!.Value);
            case ProposalStep.Queue:
                return await QueueAsync(generation, State.Active!, by);
            default:
                return await StopAtGatesAsync(generation, by, strategy.Entry!.Value) ?? await TryAsync(generation, settings, by);
        }
    }

    /// <summary>Starts the experiment in which a proposed generation has to prove itself.</summary>
    private async Task<Proposal> TryAsync(GenerationReference generation, ExperimentSettings settings, string by)
    {
        try
        {
            var taking = await ExperimentCandidates.ListAsync(grains, project, [generation], settings, withNewest: true);
            taking = await PassingAsync(
                taking, [generation, plans.Plan.Champion!], RolloutStrategies.Of(settings.Strategy).Entry, Proposed);
            var request = new ExperimentRequest
            {
                Settings = settings,
                Generations = taking,
                By = by,
                Reason = $"{generation.Version} is new",
            };
            var info = await experiment.StartAsync(request, generation);
            return new Proposal(generation, ProposalOutcome.Experiment, info.Message, info.Id);
        }
        catch (PlanException exception)
        {
            return await RefuseAsync(generation, by, TextOf(exception));
        }
    }

    /// <summary>The generations that pass the gates before the stage that they would enter.</summary>
    /// <param name="passed">Those whose gates need not be checked, or have been.</param>
    private async Task<ImmutableArray<GenerationReference>> PassingAsync(
        ImmutableArray<GenerationReference> taking, ImmutableArray<GenerationReference> passed, Stage? entry, GateOccasion occasion)
    {
        var passing = ImmutableArray.CreateBuilder<GenerationReference>();
        foreach (var generation in taking)
        {
            if (entry is not { } stage || generation.Project != project || passed.Contains(generation)
                || (await CheckAsync(generation, stage, occasion)).Passed)
                passing.Add(generation);
        }

        return passing.ToImmutable();
    }

    private async Task<Proposal> PromoteAsync(GenerationReference generation, string by, string why)
    {
        if (await StopAtGatesAsync(generation, by, Stage.Champion) is { } stopped)
            return stopped;
        while (true)
        {
            var version = plans.Plan.Version;
            try
            {
                await plans.PromoteAsync(generation, $"{why}, made by {by}", "rollout");
                return new Proposal(generation, ProposalOutcome.Promoted, $"It is in production: {why}.", null);
            }
            catch (RegistryException exception) when (exception.Error == RegistryError.Conflict)
            {
                // Where another one was put into production while its model was loaded, it is the newest still.
                if (plans.Plan.Version == version)
                    return await RefuseAsync(generation, by, exception.Message);
            }
        }
    }

    private async Task<Proposal> JoinAsync(GenerationReference generation, string active, string by, Stage entry)
    {
        if (await StopAtGatesAsync(generation, by, entry) is { } stopped)
            return stopped;
        var info = await experiment.Grain(active).Join(generation, by);
        return info.Arms.All(arm => arm.Generation != generation)
            ? await RefuseAsync(generation, by, info.Message)
            : new Proposal(generation, ProposalOutcome.Experiment, info.Message, active);
    }

    /// <summary>Has a generation wait for the end of an experiment.</summary>
    private async Task<Proposal> QueueAsync(GenerationReference generation, string active, string by)
    {
        if (State.Waiting != generation || State.WaitsForApproval)
            await storage.SaveAsync(State with { Waiting = generation, WaitingBy = by, WaitsForApproval = false });
        await DecideAsync(generation, by, "waits", $"{generation.Version} waits for the end of {active}.");
        return new Proposal(generation, ProposalOutcome.Staged, $"It waits for the end of {active}.", null);
    }

    private async Task StopWaitingAsync(GenerationReference waiting)
    {
        if (State.Waiting == waiting)
            await storage.SaveAsync(State with { Waiting = null, WaitingBy = null, WaitsForApproval = false });
    }

    /// <summary>Has one that waits give way to a newer one; on record before it is done.</summary>
    private async Task SupersedeAsync(GenerationReference other, GenerationReference newer, string by)
    {
        var message = $"{other.Version} gives way to {newer.Version}, which is newer, and stays staged.";
        await DecideAsync(other, by, "superseded", message);
        if (State.WaitsForApproval)
            await Approvals.Withdraw(ProposalPurpose, other, message);
        await storage.SaveAsync(
            State with
            {
                Waiting = null,
                WaitingBy = null,
                WaitsForApproval = false,
                Proposals = State.With(new Proposal(other, ProposalOutcome.Superseded, message, null)),
            });
    }

    private async Task<Proposal> RefuseAsync(GenerationReference generation, string by, string why)
    {
        why = why.TrimEnd('.');
        await DecideAsync(generation, by, "refused", $"{generation.Version} does not get there: {why}.");
        return new Proposal(generation, ProposalOutcome.Refused, $"{why}.", null);
    }

    /// <summary>Holds a proposed generation to the gates before a stage.</summary>
    /// <returns>What becomes of it: it is refused, or waits for an approval. Null: it passes.</returns>
    private async Task<Proposal?> StopAtGatesAsync(GenerationReference generation, string by, Stage stage)
    {
        var report = await CheckAsync(generation, stage, Proposed with { Purpose = ProposalPurpose, By = by });
        if (report.Passed)
            return null;
        if (!report.Pending)
            return await RefuseAsync(generation, by, report.Refusal);
        if (State.Waiting != generation || !State.WaitsForApproval)
            await storage.SaveAsync(State with { Waiting = generation, WaitingBy = by, WaitsForApproval = true });
        return new Proposal(generation, ProposalOutcome.PendingApproval, $"It waits: {report.Refusal}.", null);
    }

    private Task<GateReport> CheckAsync(GenerationReference generation, Stage stage, GateOccasion occasion) =>
        gates.CheckAsync(generation, stage, occasion, CancellationToken.None);

    /// <summary>The occasion of a manual request: gates are checked each time anew.</summary>
    private GateOccasion ByHand() => new(Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));

    private Task DecideAsync(GenerationReference generation, string by, string what, string message) => decisions.AppendAsync(
        new Decision
        {
            Id = $"{project}/proposal/{generation.Version}/{what}",
            Project = project,
            At = time.GetUtcNow(),
            Kind = DecisionKind.Experiment,
            By = "rollout",
            Message = $"{message} Proposed by {by}.",
            Generation = generation,
        },
        CancellationToken.None);
}
