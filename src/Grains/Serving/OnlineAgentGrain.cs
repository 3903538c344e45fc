using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IOnlineAgentGrain"/>
[StatelessWorker, Reentrant]
internal sealed partial class OnlineAgentGrain(
    ServedGenerations generations, QueryLogBuffer log, TimeProvider time, ILogger<OnlineAgentGrain> logger) : Grain, IOnlineAgentGrain
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly QueryAnswers answers = new(log, time, logger);
    private long planVersion = -1;
    private Arm? champion;
    private ServingError? refusal;

    private string Project => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await PollPlan();
        this.RegisterGrainTimer(PollPlan, new GrainTimerCreationOptions(PollInterval, PollInterval) { Interleave = true });
    }

    public async ValueTask<Answer> Predict(PredictQuery query, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (arm, reason, missing) = await SelectAsync(query.Version);
        if (arm is null)
            return Answer.Refuse(missing!);
        if (arm.Served.Schema.Features.Count == 0)
            return Refuse(ServingErrorKind.InvalidQuery, $"'{Project}' declares no features, so it has no rows; ask it by tensors (POST /v2/models/{Project}/infer).");
        var (rows, error) = QueryRowsReader.Read(query.Body.Span, arm.Served.Schema);
        return rows is null
            ? Answer.Refuse(error!)
            : await answers.AnswerAsync(new Asked(arm, reason, started), rows, wantsOutputs: false, [], cancellationToken);
    }

    public async ValueTask<Answer> Infer(InferQuery query, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (arm, reason, missing) = await SelectAsync(query.Version);
        if (arm is null)
            return Answer.Refuse(missing!);
        if (arm.Served.Schema.Features.Count == 0)
            return await answers.AnswerAsync(new Asked(arm, reason, started), query);
        var (rows, error) = TensorRowsReader.Read(query, arm.Served.Schema);
        return rows is null
            ? Answer.Refuse(error!)
            : await answers.AnswerAsync(new Asked(arm, reason, started), rows, wantsOutputs: true, query.Outputs, cancellationToken);
    }

    public async ValueTask<ModelMetadata> Describe(string? version)
    {
        var (arm, _, missing) = await SelectAsync(version);
        return arm is null ? new ModelMetadata { Error = missing } : await arm.Model.Describe();
    }

    private static Answer Refuse(ServingErrorKind kind, string message) => Answer.Refuse(new ServingError(kind, message));

    private async ValueTask<(Arm? Arm, string Reason, ServingError? Error)> SelectAsync(string? version)
    {
        if (version is not null)
        {
            if (!GenerationReference.TryParse(Project, version, out var reference))
                return (null, "", new ServingError(ServingErrorKind.NotFound, $"'{version}' is no version; one looks like '1.2.0:3' (release:generation)."));
            if (champion?.Served.Reference == reference)
                return (champion, "requested", null);
            var (arm, error) = await PrepareAsync("requested", reference);
            return (arm, "requested", error);
        }

        if (champion is not null)
            return (champion, "share", null);
        await PollPlan();
        if (champion is not null)
            return (champion, "share", null);
        if (refusal is not null)
            return (null, "", refusal);
        var known = await GrainFactory.GetGrain<IProjectGrain>(Project).Get() is not null;
        if (!known)
            DeactivateOnIdle();
        return (null, "", known
            ? new ServingError(ServingErrorKind.NotReady, $"'{Project}' has no generation in charge yet; train one and promote it (POST /api/projects/{Project}/promotions).")
            : new ServingError(ServingErrorKind.NotFound, $"There is no project '{Project}'."));
    }

    private async ValueTask<(Arm? Arm, ServingError? Error)> PrepareAsync(string name, GenerationReference reference)
    {
        try
        {
            var served = await generations.GetAsync(reference);
            return served is null
                ? (null, new ServingError(ServingErrorKind.NotFound, $"There is no generation {reference}."))
                : (new Arm(name, served, GrainFactory.GetGrain<IModelGrain>(reference.ToString())), null);
        }
        catch (FeedException exception)
        {
            return (null, new ServingError(ServingErrorKind.Unavailable, exception.Message));
        }
        catch (RuleException exception)
        {
            return (null, new ServingError(ServingErrorKind.RuleFailed, exception.Message));
        }
    }

    /// <summary>Takes over the plan in force when it has changed. The old one answers until the new one is ready.</summary>
    private async Task PollPlan()
    {
        try
        {
            var plan = await GrainFactory.GetGrain<IProjectGrain>(Project).GetPlan(planVersion);
            if (plan is null || plan.Version <= planVersion)
                return;
            if (plan.Champion is { } reference)
            {
                var (arm, error) = await PrepareAsync("champion", reference);
                if (arm is not null && (await arm.Model.Describe()).Error is { } broken)
                    error = broken;
                if (error is not null)
                {
                    // It is tried again with every poll; what has been said once need not be said every second.
                    if (error.Message != refusal?.Message)
                        LogPlanRefused(logger, Project, plan.Version, error.Message);
                    refusal = error;
                    return;
                }

                // Another poll may have overtaken this one while it prepared.
                if (plan.Version <= planVersion)
                    return;
                champion = arm;
            }

            refusal = null;
            planVersion = plan.Version;
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            LogPollFailed(logger, exception, Project);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project}: plan {Version} cannot be taken over, the one before stays in force: {Reason}")]
    private static partial void LogPlanRefused(ILogger logger, string project, long version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: the plan could not be polled")]
    private static partial void LogPollFailed(ILogger logger, Exception exception, string project);
}
