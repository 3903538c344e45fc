using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Lifecycle;
using Progeny.Core.Rollout;
using Progeny.Core.Rollout.Strategies;
using Progeny.Grains.Metrics;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Rollout;

/// <inheritdoc cref="IRolloutGrain"/>
internal sealed partial class RolloutGrain(
    [PersistentState("rollout", StorageNames.Grains)] IPersistentState<RolloutState> storage,
    IGatekeeper gates,
    IDecisionLog decisions,
    RolloutOptions options,
    TimeProvider time,
    ILogger<RolloutGrain> logger) : Grain, IRolloutGrain, IRemindable
{
    private const int MostKept = 100;
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    private IGrainTimer? timer;

    private string Name => this.GetPrimaryKeyString();

    private RolloutState State => storage.State;

    private IProjectGrain Project => GrainFactory.GetGrain<IProjectGrain>(Name);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (State.Active is not null)
            await WatchAsync();
    }

    public async Task<Proposal> Propose(GenerationReference generation, string by)
    {
        if (State.Proposals.FirstOrDefault(known => known.Generation == generation) is { Outcome: not ProposalOutcome.Staged } known)
            return known;
        await FollowActiveAsync();
        var proposal = await ConductAsync(generation, by);
        await storage.SaveAsync(State with { Proposals = With(proposal) });
        return proposal;
    }

    public async Task<ExperimentInfo> Start(ExperimentRequest request)
    {
        await FollowActiveAsync();
        if (State.Active is { } active)
            throw new RegistryException(RegistryError.Conflict, $"{active} runs; end it first (POST /api/projects/{Name}/experiments/{active}/abort).");
        foreach (var generation in request.Generations.Where(generation => generation.Project == Name))
            await RequireGatesAsync(generation, RolloutStrategies.Of(request.Settings.Strategy).Entry);
        return await StartAsync(request);
    }

    public async Task<Promotion> Promote(GenerationReference generation, string? by, string reason, bool force)
    {
        if (!force)
            await RequireGatesAsync(generation, Stage.Champion);
        return await Project.Promote(generation, reason, by);
    }

    public async Task<ImmutableArray<ExperimentInfo>> List() =>
        [.. (await Task.WhenAll(State.Experiments.Select(id => Experiment(id).Get()))).OfType<ExperimentInfo>()];

    public async Task Wake()
    {
        if (State.Active is not null)
            await WatchAsync();
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => FollowSafelyAsync();

    private ImmutableArray<Proposal> With(Proposal proposal) =>
        [proposal, .. State.Proposals.Where(other => other.Generation != proposal.Generation).Take(MostKept - 1)];

    private IExperimentGrain Experiment(string id) => GrainFactory.GetGrain<IExperimentGrain>($"{Name}/{id}");

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

        // Nothing can be compared with the first one of a project.
        if (champion is null || entry == Stage.Champion)
        {
            var promoted = await PromoteAsync(generation, by, champion is null ? "it is the first" : "it is the latest");
            if (champion is not null || promoted.Outcome != ProposalOutcome.Promoted || !strategy.IsEndless)
                return promoted;
        }
        else if (State.Active is { } active && await Experiment(active).Get() is { } running)
        {
            if (strategy.IsEndless && AreSame(running.Settings, settings))
                return await JoinAsync(generation, active, by, entry);
            if (!RolloutStrategies.Of(running.Settings.Strategy).IsEndless)
                return await QueueAsync(generation, active, by);
            await Experiment(active).End(ExperimentVerdict.Superseded, "rollout", $"{generation.Version} brings other rules");
            await storage.SaveAsync(State with { Active = null });
        }

        if (champion is not null && await RefusalAsync(generation, entry) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        return await TryAsync(generation, settings, by);
    }

    /// <summary>Starts the experiment in which a proposed generation has to prove itself.</summary>
    private async Task<Proposal> TryAsync(GenerationReference generation, ExperimentSettings settings, string by)
    {
        try
        {
            var taking = await Contenders.ListAsync(GrainFactory, Name, generation, settings);
            var info = await StartAsync(new ExperimentRequest { Settings = settings, Generations = taking, By = by, Reason = $"{generation.Version} is new" }, generation);
            return new Proposal(generation, ProposalOutcome.Experiment, info.Message, info.Id);
        }
        catch (PlanException exception)
        {
            return await RefuseAsync(generation, by, string.Join("; ", exception.Faults.Select(fault => fault.Message)));
        }
    }

    private async Task<Proposal> PromoteAsync(GenerationReference generation, string by, string why)
    {
        if (await RefusalAsync(generation, Stage.Champion) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        try
        {
            await Project.Promote(generation, $"{why}, made by {by}", "rollout");
            return new Proposal(generation, ProposalOutcome.Promoted, $"It is in charge: {why}.", null);
        }
        catch (RegistryException exception) when (exception.Error == RegistryError.Conflict)
        {
            return await RefuseAsync(generation, by, exception.Message);
        }
    }

    private async Task<Proposal> JoinAsync(GenerationReference generation, string active, string by, Stage entry)
    {
        if (await RefusalAsync(generation, entry) is { } refusal)
            return await RefuseAsync(generation, by, refusal);
        var info = await Experiment(active).Join(generation, by);
        return new Proposal(generation, ProposalOutcome.Experiment, info.Message, active);
    }

    /// <summary>Has a generation wait for the end of an experiment; one that waited gives way to the newer one.</summary>
    private async Task<Proposal> QueueAsync(GenerationReference generation, string active, string by)
    {
        if (State.Waiting is { } other && other != generation)
            await DecideAsync(other, by, "superseded", $"{other.Version} gives way to {generation.Version}, which is newer, and stays staged.");
        if (State.Waiting != generation)
        {
            await storage.SaveAsync(State with { Waiting = generation, WaitingBy = by });
            await DecideAsync(generation, by, "waits", $"{generation.Version} waits for the end of {active}.");
        }

        return new Proposal(generation, ProposalOutcome.Staged, $"It waits for the end of {active}.", null);
    }

    private async Task<Proposal> RefuseAsync(GenerationReference generation, string by, string why)
    {
        await DecideAsync(generation, by, "refused", $"{generation.Version} does not get there: {why}.");
        return new Proposal(generation, ProposalOutcome.Refused, $"{why}.", null);
    }

    private async Task<string?> RefusalAsync(GenerationReference generation, Stage stage)
    {
        var report = await gates.CheckAsync(generation, stage, CancellationToken.None);
        return report.Passed ? null : report.Refusal;
    }

    private async Task RequireGatesAsync(GenerationReference generation, Stage? stage)
    {
        if (stage is { } entered && await RefusalAsync(generation, entered) is { } refusal)
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

    private static bool AreSame(ExperimentSettings one, ExperimentSettings other) =>
        one with { Steps = [], Arms = [], Fallback = [] } == other with { Steps = [], Arms = [], Fallback = [] }
        && one.Steps.SequenceEqual(other.Steps) && one.Arms.SequenceEqual(other.Arms) && one.Fallback.SequenceEqual(other.Fallback);

    /// <summary>Stores what is to be started, then starts it: a node that dies in between starts it when it is woken.</summary>
    /// <param name="proposed">
    /// The generation for whose sake it is started; null: by hand. That it has its experiment is stored at once: whoever proposes it again
    /// after the node died must not get another one.
    /// </param>
    private async Task<ExperimentInfo> StartAsync(ExperimentRequest request, GenerationReference? proposed = null)
    {
        var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{request.Settings.Strategy.ToString().ToLowerInvariant()}-{State.Count + 1}");
        await storage.SaveAsync(State with
        {
            Count = State.Count + 1,
            Active = id,
            Experiments = [id, .. State.Experiments.Take(MostKept - 1)],
            Starting = request,
            Proposals = proposed is null ? State.Proposals : With(new Proposal(proposed, ProposalOutcome.Experiment, $"It takes part in {id}.", id)),
        });
        await WatchAsync();
        try
        {
            return await Experiment(id).Start(request);
        }
        catch (Exception exception) when (exception is PlanException or RegistryException)
        {
            await storage.SaveAsync(State with { Active = null });
            throw;
        }
        finally
        {
            await storage.SaveAsync(State with { Starting = null });
        }
    }

    /// <summary>Sees whether the experiment that runs has ended, and goes on with what waits.</summary>
    private async Task FollowActiveAsync()
    {
        if (State.Active is not { } active)
            return;
        if (State.Starting is { } request)
        {
            await Experiment(active).Start(request);
            await storage.SaveAsync(State with { Starting = null });
        }

        if (await Experiment(active).Get() is { Status: not ExperimentStatus.Ended })
            return;
        await storage.SaveAsync(State with { Active = null });
    }

    private async Task FollowSafelyAsync()
    {
        try
        {
            await FollowActiveAsync();
            if (State is { Active: null, Waiting: not null })
                await GoOnAsync(State.Waiting);
            if (State.Active is null)
                await RestAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogFollowFailed(logger, exception, Name);
        }
    }

    private async Task GoOnAsync(GenerationReference waiting)
    {
        try
        {
            await Propose(waiting, State.WaitingBy ?? "rollout");
        }
        catch (RegistryException exception)
        {
            // The project has ended meanwhile, or nothing is in charge any more: there is nothing to wait for.
            LogNotProposed(logger, exception, waiting.ToString());
        }

        if (State.Waiting == waiting)
            await storage.SaveAsync(State with { Waiting = null, WaitingBy = null });
    }

    private async Task WatchAsync()
    {
        timer ??= this.RegisterGrainTimer(
            static (grain, _) => grain.FollowSafelyAsync(), this, new GrainTimerCreationOptions(options.Check, options.Check) { KeepAlive = true });
        await this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);
    }

    private async Task RestAsync()
    {
        timer?.Dispose();
        timer = null;
        if (await this.GetReminder(WakeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Generation} waited for the end of an experiment and cannot be tried any more")]
    private static partial void LogNotProposed(ILogger logger, Exception exception, string generation);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rollouts of {Project} could not be followed; trying again")]
    private static partial void LogFollowFailed(ILogger logger, Exception exception, string project);
}
