using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Lifecycle;
using Progeny.Core.Rollout.Strategies;
using Progeny.Grains.Hosting;
using Progeny.Grains.Metrics;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Rollout;

/// <inheritdoc cref="IRolloutGrain"/>
internal sealed partial class RolloutGrain(
    [PersistentState("rollout", StorageNames.Grains)] IPersistentState<RolloutState> storage,
    IGatekeeper gates,
    IDecisionLog decisions,
    RolloutOptions options,
    SiloStop stop,
    TimeProvider time,
    ILogger<RolloutGrain> logger) : Grain, IRolloutGrain, IRemindable, IStoredGrain
{
    private const int MostKept = 100;
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    public bool IsStored => storage.RecordExists;

    private IGrainTimer? timer;

    private string Name => this.GetPrimaryKeyString();

    private RolloutState State => storage.State;

    /// <summary>Whether an experiment runs, or a generation waits for the end of one that may have ended since.</summary>
    private bool HasWork => State.Active is not null || State.Waiting is not null;

    private IProjectGrain Project => GrainFactory.GetGrain<IProjectGrain>(Name);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (HasWork)
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
        var champion = (await Project.Get())?.Champion
            ?? throw new RegistryException(RegistryError.Conflict, $"'{Name}' has no generation in charge yet, beside which others could be tried; promote one first.");
        var (strategy, asked) = (RolloutStrategies.Of(request.Settings.Strategy), ByHand());
        foreach (var generation in request.Generations.Where(generation => generation.Project == Name && generation != champion))
            await RequireGatesAsync(generation, strategy.Entry, asked);
        var taking = await Contenders.ListAsync(GrainFactory, Name, request.Generations, request.Settings, withNewest: request.Generations.IsEmpty);
        taking = await PassingAsync(taking, [champion, .. request.Generations], strategy.Entry, asked);
        if (!strategy.IsEndless && taking.All(generation => generation == champion))
            throw new RegistryException(RegistryError.Conflict, $"{champion} is in charge already and cannot want its own place; name another generation (GET /api/projects/{Name}/generations lists them).");
        return await StartAsync(request with { Generations = taking });
    }

    public async Task<Promotion> Promote(GenerationReference generation, string? by, string reason, bool force)
    {
        if (!force)
            await RequireGatesAsync(generation, Stage.Champion, ByHand());
        return await Project.Promote(generation, reason, by);
    }

    public async Task<ImmutableArray<ExperimentInfo>> List() =>
        [.. (await Task.WhenAll(State.Experiments.Select(id => Experiment(id).Get()))).OfType<ExperimentInfo>()];

    public async Task Wake()
    {
        if (HasWork)
            await WatchAsync();
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => FollowSafelyAsync();

    private ImmutableArray<Proposal> With(Proposal proposal) =>
        [proposal, .. State.Proposals.Where(other => other.Generation != proposal.Generation).Take(MostKept - 1)];

    private IExperimentGrain Experiment(string id) => GrainFactory.GetGrain<IExperimentGrain>($"{Name}/{id}");

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
            // Whoever proposes it again after a stop here is to be told the same.
            await storage.SaveAsync(State with { Active = null, Proposals = State.Proposals.RemoveAll(proposal => proposal.Experiment == id) });
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
        if (State.Starting is { } request && !await HasStartedAsync(active, request))
            return;
        if (await Experiment(active).Get() is { Status: not ExperimentStatus.Ended })
            return;
        await storage.SaveAsync(State with { Active = null });
    }

    /// <summary>Starts what a stop may have kept from being started.</summary>
    private async Task<bool> HasStartedAsync(string active, ExperimentRequest request)
    {
        try
        {
            await Experiment(active).Start(request);
            await storage.SaveAsync(State with { Starting = null });
            return true;
        }
        catch (Exception exception) when (exception is PlanException or RegistryException)
        {
            // It has ended before it began, as it would have without the stop.
            var proposals = State.Proposals;
            if (proposals.FirstOrDefault(proposal => proposal.Experiment == active) is { } proposed)
                proposals = With(await RefuseAsync(proposed.Generation, request.By, exception is PlanException plan ? Said(plan) : exception.Message));
            await storage.SaveAsync(State with { Active = null, Starting = null, Proposals = proposals });
            return false;
        }
    }

    private async Task FollowSafelyAsync()
    {
        if (stop.Token.IsCancellationRequested)
            return;
        try
        {
            await FollowActiveAsync();
            if (State is { Active: null, Waiting: not null })
                await GoOnAsync(State.Waiting);
            if (!HasWork)
                await RestAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stop.Token.IsCancellationRequested)
                LogFollowFailed(logger, exception, Name);
        }
    }

    private async Task GoOnAsync(GenerationReference waiting)
    {
        var by = State.WaitingBy ?? "rollout";
        try
        {
            if ((await GrainFactory.GetGrain<IGenerationGrain>(waiting.ToString()).Get())?.Stage is Stage.Retired or Stage.Archived)
                await storage.SaveAsync(State with { Proposals = With(await RefuseAsync(waiting, by, "it was retired while it waited")) });
            else
                await Propose(waiting, by);
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
