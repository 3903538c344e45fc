using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;
using Progeny.Core.Decisions;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Grains.Common;
using Progeny.Grains.Experiments;
using Progeny.Grains.Gates;

namespace Progeny.Grains.Rollouts;

/// <inheritdoc cref="IRolloutGrain"/>
/// <remarks>
/// It is reentrant, so that nothing waits for a model that is loaded or an experiment that starts. Changes of the plan take turns within
/// <see cref="PlanWriter"/>; proposals, and starts of experiments, take turns here.
/// </remarks>
[Reentrant]
internal sealed partial class RolloutGrain : RecurringGrain, IRolloutGrain, IStoredGrain
{
    private readonly AsyncLock _proposalTurns = new();
    private readonly IPersistentState<PlanHistory> _history;
    private readonly IPersistentState<RolloutState> _rollout;
    private readonly IPersistentState<PromotionState> _promoting;
    private readonly RolloutOptions _options;
    private readonly ILogger<RolloutGrain> _logger;
    private readonly PlanWriter _plans;
    private readonly ActiveExperiment _experiment;
    private readonly ProposalConductor _proposals;
    private readonly ManualPromotions _promotions;
    private readonly RollbackHooks _rollbacks;

    public RolloutGrain(
        [PersistentState("plans", StorageNames.Grains)] IPersistentState<PlanHistory> history,
        [PersistentState("rollout", StorageNames.Grains)] IPersistentState<RolloutState> rollout,
        [PersistentState("promotions", StorageNames.Grains)] IPersistentState<PromotionState> promoting,
        IGrainFactory grains,
        IGatekeeper gates,
        Hooks hooks,
        IDecisionLog decisions,
        IQueryLog log,
        RolloutOptions options,
        SiloStop stop,
        TimeProvider time,
        ILogger<RolloutGrain> logger)
        : base(stop, logger)
    {
        var project = this.GetPrimaryKeyString();
        (_history, _rollout, _promoting, _options, _logger) = (history, rollout, promoting, options, logger);
        _plans = new PlanWriter(project, history, grains, decisions, log, time);
        var turns = new AsyncLock();
        _promotions = new ManualPromotions(project, promoting, turns, _plans, grains, gates, decisions, time);
        _rollbacks = new RollbackHooks(project, promoting, turns, _plans, grains, hooks, decisions, time);
        _experiment = new ActiveExperiment(project, rollout, grains, _rollbacks);
        _proposals = new ProposalConductor(project, rollout, _plans, _experiment, grains, gates, decisions, time);
    }

    public bool IsStored => _history.RecordExists || _rollout.RecordExists || _promoting.RecordExists;

    /// <summary>
    /// Whether an experiment runs, a generation waits for the end of one or for an approval, or hooks have to be told of a rollback.
    /// </summary>
    private bool HasWork =>
        _rollout.State.Active is not null || _rollout.State.Waiting is not null || _promotions.AreWaiting || _rollbacks.HaveWork;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => WatchAsync();

    public Task<RolloutInfo> Get() => Task.FromResult(new RolloutInfo(_plans.Plan, _plans.History.Promotions));

    public Task<RolloutPlan> GetPlan() => Task.FromResult(_plans.Plan);

    public Task<RolloutPlan?> GetPlanUnless(long knownVersion) =>
        Task.FromResult(_plans.Plan is var plan && plan.Version == knownVersion ? null : plan);

    public Task<ImmutableArray<RolloutPlan>> ListPlans() =>
        Task.FromResult(_plans.History.Plans is [] ? [_plans.Plan] : _plans.History.Plans);

    public Task<ImmutableArray<ShadowPeriod>> ListShadows() => Task.FromResult(_plans.History.Shadows);

    public Task<RolloutPlan> SetPlan(PlanDraft draft) => _plans.SetAsync(draft);

    public async Task<PromotionAnswer> Promote(GenerationReference generation, string? by, string reason, bool force)
    {
        var answer = await _promotions.PromoteAsync(generation, by, reason, force);
        await WatchAsync();
        return answer;
    }

    public async Task<Promotion> RollBack(GenerationReference? generation, string? by, string reason, long? plan = null)
    {
        var rollback = await _plans.RollBackAsync(generation, by, reason, plan);
        await WatchAsync();
        return rollback;
    }

    public Task<GenerationInfo> SetStage(GenerationReference generation, Stage stage, string? by, string? reason) =>
        _plans.SetStageAsync(generation, stage, by, reason);

    public Task Close(Decommission end) => _plans.CloseAsync(end);

    public Task Open(string? by, string? reason) => _plans.OpenAsync(by, reason);

    public async Task<Proposal> Propose(GenerationReference generation, string by)
    {
        using var turn = await _proposalTurns.EnterAsync();
        try
        {
            return await _proposals.ProposeAsync(generation, by);
        }
        finally
        {
            await WatchAsync();
        }
    }

    public async Task<ExperimentInfo> Start(ExperimentRequest request)
    {
        using var turn = await _proposalTurns.EnterAsync();
        try
        {
            return await _proposals.StartAsync(request);
        }
        finally
        {
            await WatchAsync();
        }
    }

    public async Task<ImmutableArray<ExperimentInfo>> List() =>
        [.. (await Task.WhenAll(_rollout.State.Experiments.Select(id => _experiment.Grain(id).Get()))).OfType<ExperimentInfo>()];

    public async Task Wake()
    {
        await _plans.SettleAsync();
        await WatchAsync();
    }

    protected override async Task EvaluateAsync()
    {
        using var turn = await _proposalTurns.EnterAsync();
        await _proposals.FollowAsync();
        if (_rollout.State is { Waiting: { } waiting } state && (state.Active is null || state.WaitsForApproval))
        {
            try
            {
                await _proposals.ProposeWaitingAsync(waiting);
            }
            catch (RegistryException exception)
            {
                LogNotProposed(_logger, exception, waiting.ToString());
            }
        }

        await _promotions.FollowAsync();
        if (_rollbacks.HaveWork)
            await _rollbacks.TellAsync();
        if (!HasWork)
            await StopEvaluatingAsync();
    }

    private Task WatchAsync() => HasWork ? StartEvaluatingAsync(_options.Check) : Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Generation} waited and cannot be tried any more")]
    private static partial void LogNotProposed(ILogger logger, Exception exception, string generation);
}
