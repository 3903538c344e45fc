using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Decisions;
using Progeny.Core.Experiments;
using Progeny.Core.Experiments.Strategies;
using Progeny.Grains.Common;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Experiments;

/// <inheritdoc cref="IExperimentGrain"/>
internal sealed class ExperimentGrain(
    [PersistentState("experiment", StorageNames.Grains)] IPersistentState<ExperimentState> storage,
    ExperimentSources sources,
    IGatekeeper gates,
    IDecisionLog decisions,
    RolloutOptions options,
    SiloStop stop,
    TimeProvider time,
    ILogger<ExperimentGrain> logger) : RecurringGrain(stop, logger), IExperimentGrain, IExperimentContext, IStoredGrain
{
    private ExperimentRunner? _runner;

    public bool IsStored => storage.RecordExists;

    public ExperimentState State => storage.State;

    private string Project => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().IndexOf('/', StringComparison.Ordinal)];

    private string Id => this.GetPrimaryKeyString()[(Project.Length + 1)..];

    private ExperimentRunner Runner => _runner ??= new(this, options.Check, time);

    private IRolloutGrain Rollout => GrainFactory.GetGrain<IRolloutGrain>(Project);

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        State.IsOpen ? StartEvaluatingAsync(options.Check) : Task.CompletedTask;

    public Task<ExperimentInfo?> Get() => Task.FromResult(State.Request is null ? null : ExperimentReport.Info(State));

    public async Task<ExperimentInfo> Start(ExperimentRequest request)
    {
        if (State.Request is null)
        {
            var plan = await Rollout.GetPlan();
            var champion = plan.Champion
                ?? throw new RegistryException(
                    RegistryError.Conflict,
                    $"'{Project}' has no generation in production yet, beside which others could be tried; promote one first.");
            var challengers = await sources.ComparableAsync(Project, request, champion);
            await storage.SaveAsync(
                ExperimentState.Create(
                    Project, Id, request, plan, champion, challengers, time.GetUtcNow(), await sources.LastChangeAsync()));
        }

        if (State.IsOpen)
        {
            await StartEvaluatingAsync(options.Check);
            await EvaluateAsync();
        }

        return ExperimentReport.Info(State);
    }

    public async Task<ExperimentInfo> Join(GenerationReference generation, string by)
    {
        await RequireOpenAsync();
        if (State.Arms.All(arm => arm.Generation != generation))
        {
            var now = time.GetUtcNow();
            if ((await sources.IncomparableAsync(State.Settings, State.ChampionNow, [generation])).GetValueOrDefault(
                generation) is { } incomparable)
            {
                await SaveAsync(State.Note(by, $"{generation.Version} takes no part: {incomparable}.", now, generation));
                return ExperimentReport.Info(State);
            }

            await SaveAsync(State.Add(generation, by, now));
        }

        await EvaluateAsync();
        return ExperimentReport.Info(State);
    }

    public Task<ExperimentInfo> Pause(string by, string? reason) => SetStatusAsync(ExperimentStatus.Paused, "Paused", by, reason);

    public Task<ExperimentInfo> Resume(string by, string? reason) => SetStatusAsync(ExperimentStatus.Running, "Goes on", by, reason);

    public async Task<ExperimentInfo> End(ExperimentVerdict verdict, string by, string? reason)
    {
        await RequireOpenAsync();
        var what = verdict == ExperimentVerdict.Superseded ? "Another experiment takes its place" : $"Ended by {by}";
        return await FinishAsync(verdict, State.ChampionNow, by, reason is null ? $"{what}." : $"{what}: {reason}");
    }

    public async Task<ExperimentInfo> Promote(GenerationReference? generation, string by, string? reason)
    {
        await RequireOpenAsync();
        var challenger = ExperimentChallengers.Find(State, generation);
        if (State.Wanted is { } waiting && waiting.Generation != challenger)
            throw new RegistryException(
                RegistryError.Conflict,
                $"{waiting.Generation} is to be in production, as {waiting.By} wants, and waits for an approval; refuse that first.");
        if (await Runner.PromoteWantedAsync(State.Wanted ?? new WantedPromotion(challenger, by, reason)) is { } refusal)
            throw new RegistryException(
                RegistryError.Conflict, $"{challenger} must not be in production: {refusal}. A promotion with force passes over gates.");
        return await ReportAsync();
    }

    public async Task SaveAsync(ExperimentState next)
    {
        await storage.SaveAsync(next);
        await FlushOutboxAsync();
    }

    void IExperimentContext.Keep(ExperimentState next) => storage.State = next;

    Task<RolloutPlan> IExperimentContext.GetPlanAsync() => Rollout.GetPlan();

    Task<RolloutPlan> IExperimentContext.SetPlanAsync(PlanDraft draft) => Rollout.SetPlan(draft);

    // A check that a person asks for is recorded each time; one that is repeated after a stop is recorded once.
    Task<GateReport> IExperimentContext.CheckGatesAsync(GenerationReference generation, Stage stage, string? by) => gates.CheckAsync(
        generation,
        stage,
        ExperimentReport.Occasion(State, by is null ? null : $"/{Guid.CreateVersion7(time.GetUtcNow()):N}", by),
        CancellationToken.None);

    Task<ExperimentSnapshot> IExperimentContext.TakeSnapshotAsync() => sources.SnapshotAsync(State);

    async Task<ExperimentState> IExperimentContext.CountAsync() => await sources.TakeTrafficAsync(await sources.TakeScoresAsync(State));

    Task<long> IExperimentContext.GetLastRecordAsync() => sources.LastRecordAsync(Project);

    protected override async Task EvaluateAsync()
    {
        try
        {
            await FlushOutboxAsync();
            await Runner.EvaluateAsync();
        }
        finally
        {
            if (State is { Request: not null, IsOpen: false })
                await StopEvaluatingAsync();
        }
    }

    private async Task<ExperimentInfo> FinishAsync(ExperimentVerdict verdict, GenerationReference champion, string by, string message)
    {
        await Runner.FinishAsync(verdict, champion, by, message);
        return await ReportAsync();
    }

    private async Task<ExperimentInfo> ReportAsync()
    {
        if (!State.IsOpen)
            await StopEvaluatingAsync();
        return ExperimentReport.Info(State);
    }

    private async Task<ExperimentInfo> SetStatusAsync(ExperimentStatus status, string what, string by, string? reason)
    {
        await RequireOpenAsync();
        if (State.Status != status)
            await SaveAsync((State with { Status = status }).Note(by, reason is null ? $"{what}." : $"{what}: {reason}", time.GetUtcNow()));
        return ExperimentReport.Info(State);
    }

    private async Task RequireOpenAsync()
    {
        if (State.Request is null)
            throw new RegistryException(RegistryError.NotFound, $"'{Project}' has no experiment '{Id}'.");
        if (State.IsOpen && (State.PendingChange is not null || State.Status == ExperimentStatus.Starting))
            await EvaluateAsync();
        if (!State.IsOpen)
            throw new RegistryException(RegistryError.Conflict, $"{Id} has ended: {State.Message}");
    }

    private async Task FlushOutboxAsync()
    {
        if (State.Outbox.IsEmpty)
            return;
        await decisions.AppendAllAsync(State.Outbox, CancellationToken.None);
        await storage.SaveAsync(State with { Outbox = [] });
    }
}
