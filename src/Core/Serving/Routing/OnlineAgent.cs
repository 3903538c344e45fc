using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Serving;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Telemetry;

namespace Progeny.Core.Serving.Routing;

/// <summary>Answers a project's queries on this silo, on as many threads as ask.</summary>
/// <param name="stop">Cancelled when the node stops: what fails then is not logged.</param>
public sealed partial class OnlineAgent(
    string project,
    IPlanSource plans,
    ServedGenerations generations,
    ModelCache models,
    ServingMeters meters,
    InferencePipeline pipeline,
    ServingOptions options,
    TimeProvider time,
    ILogger logger,
    CancellationToken stop) : IDisposable
{
    private static readonly TimeSpan TouchInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetireAfter = TimeSpan.FromMinutes(1);

    private readonly ArmLoader loader = new(generations, models, meters);
    private readonly PlanExecutor executor = new(pipeline, time, logger);
    private readonly Queue<(ActivePlan Plan, long At)> retired = new();
    private readonly QueryAdmission admission = new(options.MaxQueue);
    private readonly Lock gate = new();
    private volatile ActivePlan? active;
    private volatile ServingError? refusal;

    // Why the plan could not be read when it was last tried; null: it could.
    private volatile ServingError? unread;
    private volatile ServingError? gone;
    private Task polling = Task.CompletedTask;
    private long planVersion = -1;
    private long usedAt = time.GetTimestamp();
    private volatile bool released;
    private volatile bool isUnknown;
    private volatile bool hasRetired;
    private volatile bool mustPoll;

    /// <summary>How long nobody has asked.</summary>
    public TimeSpan IdleFor => time.GetElapsedTime(Volatile.Read(ref usedAt));

    /// <summary>Whether there is no such project, so that the agent need not be kept.</summary>
    public bool IsUnknown => isUnknown;

    /// <summary>
    /// Whether it must poll though the plan may not have changed: it has none, or not as a whole, or one before is still to be put away.
    /// </summary>
    public bool HasWork => Volatile.Read(ref planVersion) < 0 || refusal is not null || hasRetired || mustPoll;

    /// <summary>What the project's shadows have still to answer on this silo.</summary>
    public ShadowQueue Shadows => executor.Shadows;

    /// <summary>The project's large queries under way on this silo.</summary>
    public LargeQueries LargeQueries { get; } = new();

    /// <summary>The version of the plan that queries follow, and the shadow queries that were dropped.</summary>
    public AgentStatus Status => new(active?.Plan.Version, Shadows.Dropped);

    /// <summary>Whether it lets no query in any more: it was disposed of.</summary>
    public bool IsClosed => admission.IsClosed;

    /// <summary>Whether as many queries are under way as may be.</summary>
    public bool IsFull => admission.IsFull;

    /// <summary>Whether a query is under way.</summary>
    public bool IsBusy => admission.IsBusy;

    /// <summary>Lets a query in, where fewer are under way than may be and the agent is not closed; it must leave.</summary>
    public bool TryEnter() => admission.TryEnter();

    public void Leave() => admission.Leave();

    /// <summary>Answers a query by rows.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> PredictAsync(PredictQuery query, CancellationToken cancellationToken)
    {
        using var span = ProgenyTelemetry.Spans.StartActivity("agent");
        span?.SetTag("project", project);
        var started = Touch();
        var choice = await SelectAsync(query.Version, started);
        if (choice.Error is { } missing)
            return Answer.Refuse(missing);
        if (choice.Plan is { } plan)
            return plan.HasRows ? await executor.PredictAsync(plan, query, started, cancellationToken) : Answer.Refuse(NoRows());
        using var _ = choice.Requested;
        var schema = choice.Single.Arm.Served.Schema;
        if (schema.Features.Count == 0)
            return Answer.Refuse(NoRows());
        var (rows, error) = QueryRowsReader.Read(query.Body.Span, schema);
        if (rows is null)
            return Answer.Refuse(error!);
        return await pipeline.AnswerAsync(choice.Single, rows, wanted: null, cancellationToken);
    }

    /// <summary>Answers a query by tensors.</summary>
    public async ValueTask<Answer> InferAsync(InferQuery query, CancellationToken cancellationToken)
    {
        using var span = ProgenyTelemetry.Spans.StartActivity("agent");
        span?.SetTag("project", project);
        var started = Touch();
        var choice = await SelectAsync(query.Version, started);
        if (choice.Error is { } missing)
            return Answer.Refuse(missing);
        if (choice.Plan is { } plan)
            return await executor.InferAsync(plan, query, started, cancellationToken);
        using var _ = choice.Requested;
        return await pipeline.AnswerAsync(choice.Single, query, cancellationToken);
    }

    /// <summary>Describes the inputs and outputs of a version; null: the champion.</summary>
    public async ValueTask<ModelMetadata> DescribeAsync(string? version)
    {
        var choice = await SelectAsync(version, Touch());
        if (choice.Error is { } missing)
            return new ModelMetadata { Error = missing };
        if (choice.Plan is { } plan)
            return plan.Champion.Ready is { } champion
                ? champion.Model.Describe(champion.Served)
                : new ModelMetadata { Error = plan.Champion.Error };
        using var _ = choice.Requested;
        return choice.Single.Arm.Model.Describe(choice.Single.Arm.Served);
    }

    /// <summary>Takes over the plan in force when it has changed; does nothing while that is under way.</summary>
    public void Poll()
    {
        // A poll that is under way may have read the plan before this change of it.
        mustPoll = !polling.IsCompleted;
        _ = Polling();
    }

    /// <summary>Closes it. Queries that are under way are answered; its models are released when the last of them has left.</summary>
    public void Dispose()
    {
        Shadows.Dispose();
        admission.Close();
        _ = ReleaseAsync();
    }

    private ServingError NoRows() => new(
        ServingErrorKind.InvalidQuery,
        $"'{project}' declares no features, so it has no rows; ask it by tensors (POST /v2/models/{project}/infer).");

    private long Touch()
    {
        var now = time.GetTimestamp();
        // Written seldom, so that processors do not take the memory from each other with every query.
        if (time.GetElapsedTime(Volatile.Read(ref usedAt), now) > TouchInterval)
            Volatile.Write(ref usedAt, now);
        return now;
    }

    /// <summary>The choice of who answers, which is mostly known at once.</summary>
    private ValueTask<RouteChoice> SelectAsync(string? version, long started) =>
        gone is { } ended ? ValueTask.FromResult(RouteChoice.Refuse(ended))
        : version is not null ? RequestedAsync(version, started)
        : active is { } plan ? ValueTask.FromResult(OfPlan(plan, started))
        : FirstAsync(started);

    private static RouteChoice OfPlan(ActivePlan plan, long started) =>
        plan.Only is { } only
            ? new RouteChoice { Single = new RoutedQuery(only, Reasons.Share, started) }
            : new RouteChoice { Plan = plan };

    /// <summary>The choice once a plan has been asked for.</summary>
    private async ValueTask<RouteChoice> FirstAsync(long started)
    {
        await Polling();
        if (active is { } plan)
            return OfPlan(plan, started);
        if ((gone ?? refusal ?? unread) is { } known)
            return RouteChoice.Refuse(known);
        isUnknown = !await plans.ExistsAsync(project);
        return RouteChoice.Refuse(isUnknown ? new ServingError(ServingErrorKind.NotFound, $"There is no project '{project}'.")
            : released ? new ServingError(ServingErrorKind.Unavailable, $"'{project}' was unloaded on this node just now; ask again.")
            : new ServingError(
                ServingErrorKind.NotReady,
                $"'{project}' has no generation in production yet; train one and promote it (POST /api/projects/{project}/promotions)."));
    }

    /// <summary>The generation that a caller asked for by its version, in the plan or not.</summary>
    private async ValueTask<RouteChoice> RequestedAsync(string version, long started)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            return RouteChoice.Refuse(
                new ServingError(ServingErrorKind.NotFound, $"'{version}' is no version; one looks like '1.2.0:3' (release:generation)."));
        if (active?.Find(reference) is { } arm)
            return new RouteChoice { Single = new RoutedQuery(arm, Reasons.Requested, started) };
        if (Volatile.Read(ref planVersion) < 0)
        {
            await Polling(); // whether the project was ended
            if (gone is { } ended)
                return RouteChoice.Refuse(ended);
        }

        if (await generations.StageOfAsync(reference) is Stage.Archived)
        {
            return RouteChoice.Refuse(new ServingError(
                ServingErrorKind.NotReady,
                $"{reference} is archived and answers nothing; restore it first (POST "
                    + $"/api/projects/{project}/generations/{reference.Version}/restore)."));
        }

        var (own, error) = await loader.LoadAsync(ArmNames.Requested, reference);
        return own is null
            ? RouteChoice.Refuse(error!)
            : new RouteChoice { Single = new RoutedQuery(own, Reasons.Requested, started), Requested = own };
    }

    /// <summary>Releases the models once no query is under way and no poll can add one.</summary>
    private async Task ReleaseAsync()
    {
        await admission.Drained;
        Task last;
        lock (gate)
        {
            released = true;
            last = polling;
        }

        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Exchange(ref active, null)?.Dispose();
        foreach (var (plan, _) in retired)
            plan.Dispose();
    }

    private Task Polling()
    {
        lock (gate)
        {
            if (polling.IsCompleted && !released)
                polling = Task.Run(PollAsync);
            return polling;
        }
    }

    /// <summary>Takes over the plan in force when it has changed. The old one answers until the new one is ready.</summary>
    private async Task PollAsync()
    {
        while (retired.TryPeek(out var old) && time.GetElapsedTime(old.At) > RetireAfter)
            retired.Dequeue().Plan.Dispose();
        hasRetired = retired.Count > 0;
        try
        {
            var plan = await plans.GetPlanUnlessAsync(project, planVersion);
            unread = null;
            if (plan is null || plan.Version <= planVersion)
                return;
            gone = !plan.Decommissioned ? null : new ServingError(
                ServingErrorKind.Gone,
                $"'{project}' was decommissioned on {plan.At.UtcDateTime:yyyy-MM-dd} and answers no queries: {plan.Reason}.");
            var problem = plan.Arms.IsEmpty ? LeaveAll() : await TakeOverAsync(plan);
            // It is tried again with every poll; what has been said once need not be said every second.
            if (problem is not null && problem.Message != refusal?.Message)
                LogPlanRefused(logger, project, plan.Version, problem.Message);
            refusal = problem;
            if (problem is null)
                Volatile.Write(ref planVersion, plan.Version);
            hasRetired = retired.Count > 0;
        }
        catch (TimeoutException exception)
        {
            mustPoll = true;
            // Not that there is no plan: that is not known.
            unread = new ServingError(ServingErrorKind.Unavailable, exception.Message);
            if (!stop.IsCancellationRequested)
                LogPollFailed(logger, exception, project);
        }
    }

    /// <summary>Nobody is in production any more.</summary>
    private ServingError? LeaveAll()
    {
        if (Interlocked.Exchange(ref active, null) is { } before)
            retired.Enqueue((before, time.GetTimestamp()));
        return null;
    }

    /// <summary>
    /// Follows a plan once all its arms that queries or entities go to are ready. Where some are not, the one before answers on; only where
    /// there is none that does as well, the arms that are ready answer, and the fallback chain for the others. Arms without traffic of
    /// their own, which only stand in for others or are shadows, are waited for by nobody.
    /// </summary>
    /// <returns>Why an arm is not ready; null: all are.</returns>
    private async Task<ServingError?> TakeOverAsync(RolloutPlan plan)
    {
        var arms = await Task.WhenAll(plan.Arms.Select(loader.LoadAsync));
        var problem = arms.FirstOrDefault(arm => arm.Error is not null)?.Error;
        var isWhole = Array.TrueForAll(arms, arm => arm.Ready is not null || (arm.Arm.Weight == 0 && arm.Arm.Name != plan.ChampionArm));
        var count = arms.Count(arm => arm.Ready is not null);
        var before = active;
        var isBetter = before is null || (before.Plan.Version == plan.Version ? count > before.ReadyArms : isWhole);
        if (count == 0 || !isBetter)
        {
            foreach (var arm in arms)
                arm.Ready?.Dispose();
            return problem;
        }

        // Queries that chose by the old one may still be under way with it.
        active = new ActivePlan(plan, arms);
        admission.Limit(active.Champion.Ready?.Served.Manifest.Serving.MaxQueue ?? options.MaxQueue);
        if (before is not null)
            retired.Enqueue((before, time.GetTimestamp()));
        return problem;
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Project}: plan {Version} cannot be taken over as a whole yet, it is tried again: {Reason}")]
    private static partial void LogPlanRefused(ILogger logger, string project, long version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: the plan could not be polled")]
    private static partial void LogPollFailed(ILogger logger, Exception exception, string project);
}
