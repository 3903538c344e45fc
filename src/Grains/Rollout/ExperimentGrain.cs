using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Rollout;
using Progeny.Core.Lifecycle;
using Progeny.Core.Rollout;
using Progeny.Core.Rollout.Strategies;
using Progeny.Grains.Hosting;
using Progeny.Grains.Metrics;
using Progeny.Grains.Registry;

namespace Progeny.Grains.Rollout;

/// <inheritdoc cref="IExperimentGrain"/>
/// <remarks>
/// It changes the plan in two steps, each of which may be the last before a node dies: what it is about to do is stored, then done. The
/// plan tells whether it was done: it has the version behind the one that was to be changed, and this experiment's name and words.
/// </remarks>
internal sealed partial class ExperimentGrain(
    [PersistentState("experiment", StorageNames.Grains)] IPersistentState<ExperimentState> storage,
    ExperimentSources sources,
    IGatekeeper gates,
    IDecisionLog decisions,
    RolloutOptions options,
    SiloStop stop,
    TimeProvider time,
    ILogger<ExperimentGrain> logger) : Grain, IExperimentGrain, IRemindable, IStoredGrain
{
    private const string WakeReminder = "wake";
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(30);

    public bool IsStored => storage.RecordExists;

    private IGrainTimer? timer;
    private long lookedAt;
    private TimeSpan unsaved;

    private string Project => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().IndexOf('/', StringComparison.Ordinal)];

    private string Id => this.GetPrimaryKeyString()[(Project.Length + 1)..];

    private ExperimentState State => storage.State;

    private bool IsOpen => State is { Request: not null, Status: not ExperimentStatus.Ended };

    private IRolloutStrategy Strategy => RolloutStrategies.Of(State.Request!.Settings.Strategy);

    private IProjectGrain ProjectGrain => GrainFactory.GetGrain<IProjectGrain>(Project);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
            await KeepLookingAsync();
    }

    public Task<ExperimentInfo?> Get() => Task.FromResult(State.Request is null ? null : ExperimentViews.Info(Project, Id, State));

    public async Task<ExperimentInfo> Start(ExperimentRequest request)
    {
        if (State.Request is null)
        {
            var plan = (await ProjectGrain.GetPlan(-1))!;
            var champion = plan.Champion ?? throw new RegistryException(RegistryError.Conflict, $"'{Project}' has no generation in charge yet, beside which others could be tried; promote one first.");
            var challengers = await ComparedAsync(request, champion);
            var next = new ExperimentState
            {
                Request = request,
                Status = ExperimentStatus.Starting,
                Champion = champion,
                ChampionArm = ArmNaming.Champion,
                Arms =
                [
                    new ExperimentArmState { Name = ArmNaming.Champion, Generation = champion },
                    .. challengers.Select(generation => new ExperimentArmState
                    {
                        Name = challengers.Count == 1 && !Of(request).IsEndless ? ArmNaming.Challenger : ArmNaming.Of(generation, Project),
                        Generation = generation,
                    }),
                ],
                StartedAt = time.GetUtcNow(),
                PlanVersion = plan.Version,
                IsByEntity = request.Settings.Sticky && plan.StickyKey != RolloutPlan.QueryIdKey,
                StickyKey = plan.StickyKey,
            };
            await storage.SaveAsync(next with { Place = await sources.LastChangeAsync() });
        }

        if (IsOpen)
        {
            await KeepLookingAsync();
            await LookAsync();
        }

        return (await Get())!;
    }

    public async Task<ExperimentInfo?> Look()
    {
        await LookAsync();
        return await Get();
    }

    public async Task<ExperimentInfo> Join(GenerationReference generation, string by)
    {
        await RequireOpenAsync();
        if (State.Arms.FirstOrDefault(arm => arm.Generation == generation) is null)
        {
            var request = State.Request!;
            if ((await sources.UnlikeAsync(request.Settings, Champion(State), [generation])).GetValueOrDefault(generation) is { } unlike)
            {
                await SaveAsync(State.Note(Project, Id, by, $"{generation.Version} takes no part: {unlike}.", time.GetUtcNow(), generation));
                return (await Get())!;
            }

            var kept = ImmutableArray.CreateRange(State.Arms);
            var own = kept.Where(arm => !arm.IsOut && arm.Generation.Project == Project && !request.Settings.Arms.Contains(arm.Generation.Version)).ToList();
            // The champion is one of those that take part; the newest take the place of the oldest.
            if (own.Count >= request.Settings.Generations && own.FirstOrDefault(arm => arm.Name != State.ChampionArm) is { } oldest)
                kept = kept.Replace(oldest, oldest with { IsOut = true, Weight = 0 });
            var next = State with { Arms = kept.Add(new ExperimentArmState { Name = ArmNaming.Of(generation, Project), Generation = generation }) };
            await SaveAsync(next.Note(Project, Id, by, $"{generation.Version} takes part.", time.GetUtcNow(), generation));
        }

        await LookAsync();
        return (await Get())!;
    }

    public Task<ExperimentInfo> Pause(string by, string? reason) => SetStatusAsync(ExperimentStatus.Paused, "Paused", by, reason);

    public Task<ExperimentInfo> Resume(string by, string? reason) => SetStatusAsync(ExperimentStatus.Running, "Goes on", by, reason);

    public async Task<ExperimentInfo> End(ExperimentVerdict verdict, string by, string? reason)
    {
        await RequireOpenAsync();
        var said = verdict == ExperimentVerdict.Superseded ? "Another experiment takes its place" : $"Ended by {by}";
        await EndAsync(verdict, Champion(State), by, reason is null ? $"{said}." : $"{said}: {reason}");
        return (await Get())!;
    }

    public async Task<ExperimentInfo> Promote(GenerationReference? generation, string by, string? reason)
    {
        await RequireOpenAsync();
        var challengers = State.Arms.Where(arm => arm.Name != State.ChampionArm && !arm.IsOut && arm.Generation.Project == Project).ToList();
        var arm = generation is null && challengers is [var only] ? only : challengers.Find(arm => arm.Generation == generation)
            ?? throw new RegistryException(RegistryError.Conflict, NoChallenger(generation, challengers));
        var report = await gates.CheckAsync(arm.Generation, Stage.Champion, ExperimentViews.Occasion(Id, State, $"/{Guid.CreateVersion7(time.GetUtcNow()):N}"), CancellationToken.None);
        if (!report.Passed)
            throw new RegistryException(RegistryError.Conflict, $"{arm.Generation} must not be in charge: {report.Refusal}. A promotion with force passes over gates.");
        await EndAsync(ExperimentVerdict.Won, arm.Generation, by, $"{arm.Generation.Version} was promoted by {by}{(reason is null ? "." : $": {reason}")}");
        return (await Get())!;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => LookSafelyAsync();

    private string NoChallenger(GenerationReference? generation, IReadOnlyCollection<ExperimentArmState> challengers)
    {
        var right = challengers.Count == 0 ? $"none of its challengers is a generation of '{Project}'" : $"{string.Join(", ", challengers.Select(arm => arm.Generation.Version))} would be right";
        return generation is null ? $"It must be said which generation is meant; {right}."
            : generation.Project != Project ? $"{generation} is another project's and cannot be in charge of '{Project}'; {right}."
            : $"{generation} is no challenger of {Id}; {right}.";
    }

    /// <summary>
    /// The challengers that the metric means the same of. An experiment without an end takes the newest as they come and goes without those of
    /// which it does not; one that is about a generation does not begin.
    /// </summary>
    private async Task<List<GenerationReference>> ComparedAsync(ExperimentRequest request, GenerationReference champion)
    {
        var challengers = request.Generations.Where(generation => generation != champion).Distinct().ToList();
        var unlike = await sources.UnlikeAsync(request.Settings, champion, challengers);
        if (unlike.Count == 0 || (Of(request).IsEndless && unlike.Count < challengers.Count))
            return challengers.FindAll(generation => !unlike.ContainsKey(generation));
        throw new PlanException([new PlanFault("metric", $"{string.Join("; ", unlike.Values)}; all arms must be scored by the same SQL: compare loss, or put a generation that has this metric in charge first (POST /api/projects/{Project}/promotions)")]);
    }

    private static IRolloutStrategy Of(ExperimentRequest request) => RolloutStrategies.Of(request.Settings.Strategy);

    private static GenerationReference Champion(ExperimentState state) => state.Arms.First(arm => arm.Name == state.ChampionArm).Generation;

    private async Task KeepLookingAsync()
    {
        lookedAt = time.GetTimestamp();
        timer ??= this.RegisterGrainTimer(
            static (grain, _) => grain.LookSafelyAsync(), this, new GrainTimerCreationOptions(options.Check, options.Check) { KeepAlive = true });
        // Should this silo die, the reminder wakes the experiment on another one.
        await this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);
    }

    private async Task LookSafelyAsync()
    {
        if (stop.Token.IsCancellationRequested)
            return;
        try
        {
            await LookAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stop.Token.IsCancellationRequested)
                LogLookFailed(logger, exception, this.GetPrimaryKeyString());
        }
    }

    private async Task LookAsync()
    {
        await TellAsync();
        if (State.Act is not null)
            await ActAsync();
        if (IsOpen && State.Status == ExperimentStatus.Starting)
            await BeginAsync();
        else if (IsOpen)
            await DecideAsync();
        if (State.Request is not null && !IsOpen)
            await RestAsync();
    }

    private async Task BeginAsync()
    {
        var decision = Strategy.Begin(await sources.SnapshotAsync(Project, State));
        if (decision is RolloutDecision.Serve serve)
        {
            var last = await sources.LastRecordAsync(Project);
            var begun = State with { Status = ExperimentStatus.Running, StartedAt = time.GetUtcNow(), After = last, ServedPlace = last };
            await ServeAsync(serve, begun.NextPlan());
            return;
        }

        await EndAsync(ExperimentVerdict.Undecided, Champion(State), Id, decision.Message);
    }

    private async Task DecideAsync()
    {
        var before = State;
        var next = await sources.TakeRequestsAsync(Project, await sources.TakeScoresAsync(Project, State));
        next = Pass(next);
        // Of outcomes, requests and time nothing is lost by a stop: all are taken up from where they were stored.
        if (next.Place != before.Place || unsaved >= SaveInterval)
            await SaveAsync(next);
        else
            storage.State = next;
        var plan = (await ProjectGrain.GetPlan(-1))!;
        if (plan.Version != State.PlanVersion)
        {
            await InterruptAsync(plan);
            return;
        }

        if (State.Status == ExperimentStatus.Running)
            await FollowAsync(Strategy.Look(await sources.SnapshotAsync(Project, State)));
    }

    private async Task FollowAsync(RolloutDecision decision)
    {
        switch (decision)
        {
            case RolloutDecision.Serve serve:
                if (await RefusalAsync(serve) is not { } refusal)
                    await ServeAsync(serve, State.NextPlan());
                else if (serve.Champion is null)
                    await EndAsync(ExperimentVerdict.RolledBack, Champion(State), Id, refusal);
                else
                    await SaveAsync(Refuse(serve.Champion).Note(Project, Id, Id, refusal, time.GetUtcNow()));
                return;
            case RolloutDecision.Promote promote:
                await PromoteAsync(promote);
                return;
            case RolloutDecision.GiveUp giveUp:
                await EndAsync(giveUp.Verdict, Champion(State), Id, giveUp.Message);
                return;
            default:
                storage.State = State with { Message = decision.Message };
                return;
        }
    }

    private ExperimentState Refuse(string champion) =>
        State with { Arms = [.. State.Arms.Select(arm => arm.Name == champion ? arm with { RefusedAt = State.Elapsed } : arm)] };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Experiment} could not be looked at; trying again")]
    private static partial void LogLookFailed(ILogger logger, Exception exception, string experiment);
}
