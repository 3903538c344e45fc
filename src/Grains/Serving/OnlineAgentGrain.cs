using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IOnlineAgentGrain"/>
[StatelessWorker, Reentrant]
internal sealed partial class OnlineAgentGrain(
    ServedGenerations generations, QueryLogBuffer log, TimeProvider time, ILogger<OnlineAgentGrain> logger) : Grain, IOnlineAgentGrain
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private long planVersion = -1;
    private Arm? champion;
    private ServingError? refusal;
    private long feedWarnedAt;

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
            : await AnswerRowsAsync(arm, reason, rows, wantsOutputs: false, [], started, cancellationToken);
    }

    public async ValueTask<Answer> Infer(InferQuery query, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (arm, reason, missing) = await SelectAsync(query.Version);
        if (arm is null)
            return Answer.Refuse(missing!);
        if (arm.Served.Schema.Features.Count == 0)
            return await AnswerTensorsAsync(arm, reason, query, started);
        var (rows, error) = TensorRowsReader.Read(query, arm.Served.Schema);
        return rows is null
            ? Answer.Refuse(error!)
            : await AnswerRowsAsync(arm, reason, rows, wantsOutputs: true, query.Outputs, started, cancellationToken);
    }

    public async ValueTask<ModelMetadata> Describe(string? version)
    {
        var (arm, _, missing) = await SelectAsync(version);
        return arm is null ? new ModelMetadata { Error = missing } : await arm.Model.Describe();
    }

    private static Answer Refuse(ServingErrorKind kind, string message) => Answer.Refuse(new ServingError(kind, message));

    private static int Micros(TimeSpan time) => (int)Math.Min(int.MaxValue, time.TotalMicroseconds);

    private async Task<Answer> AnswerRowsAsync(
        Arm arm, string reason, QueryRows rows, bool wantsOutputs, ImmutableArray<string> outputs, long started, CancellationToken cancellationToken)
    {
        var augmentStarted = time.GetTimestamp();
        string? feedFailure = null;
        if (rows.Features.Errors.Count == 0)
        {
            foreach (var augmenter in arm.Served.Augmenters)
                feedFailure = await augmenter.AugmentAsync(rows, cancellationToken) ?? feedFailure;
            WarnOfFeed(feedFailure);
        }

        var augment = time.GetElapsedTime(augmentStarted);
        var rules = rows.Features.Errors.Count == 0 ? arm.Served.Rules?.Begin(rows) : null;
        var refused = rules?.Before();
        if (refused is { Kind: ServingErrorKind.InvalidQuery })
            return Answer.Refuse(refused);
        if (refused is null)
            rows.Features.CheckMissing(rules is null ? default : rules.Answered);
        if (rows.Features.Errors.Count > 0)
        {
            // Values are missing because a feed failed: that is not the caller's fault, and may pass.
            return Answer.Refuse(feedFailure is null
                ? new ServingError(ServingErrorKind.InvalidQuery, "The query does not fit the schema.", [.. rows.Features.Errors])
                : new ServingError(ServingErrorKind.Unavailable, feedFailure, [.. rows.Features.Errors]));
        }

        var modelStarted = time.GetTimestamp();
        var result = new ModelAnswer { Error = refused };
        if (refused is null && rules is not { NeedsModel: false })
        {
            var inputs = rules?.ToModel() ?? rows.Features.ToTensors();
            result = await arm.Model.Run(new ModelQuery { Inputs = inputs, WantsOutputs = wantsOutputs, Outputs = outputs });
        }

        if (rules is not null)
            result = rules.After(result);
        if (wantsOutputs && rules is { HasAnswers: true })
            result = rules.ReplaceOutputs(result, (await arm.Model.Describe()).Outputs, outputs);
        var ids = QueryIds(rows.QueryId, rows.Features.Rows);
        var entry = new QueryLogEntry
        {
            At = time.GetUtcNow(),
            Served = arm.Served,
            Arm = arm.Name,
            Reason = reason,
            QueryIds = ids,
            Rows = rows,
            Prediction = result.Prediction,
            Rules = rules?.Fired ?? [],
            Error = result.Error?.Message,
            Latency = Latency(started, modelStarted, augment, result),
        };
        return await LogAsync(entry, arm, result);
    }

    private async Task<Answer> AnswerTensorsAsync(Arm arm, string reason, InferQuery query, long started)
    {
        var modelStarted = time.GetTimestamp();
        var result = await arm.Model.Run(new ModelQuery { Inputs = query.Inputs, WantsOutputs = true, Outputs = query.Outputs });
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } error)
            return Answer.Refuse(error);
        var entry = new QueryLogEntry
        {
            At = time.GetUtcNow(),
            Served = arm.Served,
            Arm = arm.Name,
            Reason = reason,
            QueryIds = QueryIds(query.QueryId, 1),
            Tensors = query,
            Outputs = result.Outputs,
            Error = result.Error?.Message,
            Latency = Latency(started, modelStarted, TimeSpan.Zero, result),
        };
        return await LogAsync(entry, arm, result);
    }

    private async Task<Answer> LogAsync(QueryLogEntry entry, Arm arm, ModelAnswer result)
    {
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } invalid)
            return Answer.Refuse(invalid);
        if (!await log.AddAsync(entry) && arm.Served.Manifest.Serving.Log == QueryLogMode.Durable)
            return Refuse(ServingErrorKind.Unavailable, "The query log cannot be written, and this project asks for a durable log; nothing was answered.");
        return result.Error is { } error
            ? Answer.Refuse(error)
            : new Answer { Generation = arm.Served.Reference, QueryIds = entry.QueryIds, Prediction = result.Prediction, Outputs = result.Outputs, Rules = entry.Rules };
    }

    private QueryLatency Latency(long started, long modelStarted, TimeSpan augment, ModelAnswer result) => new(
        Micros(augment),
        Math.Max(0, Micros(time.GetElapsedTime(modelStarted)) - result.Microseconds),
        result.Microseconds,
        Micros(time.GetElapsedTime(started)));

    private ImmutableArray<string> QueryIds(string? given, int rows)
    {
        if (given is not null && rows == 1)
            return [given];
        var ids = ImmutableArray.CreateBuilder<string>(rows);
        for (var row = 0; row < rows; row++)
        {
            ids.Add(given is null
                ? Guid.CreateVersion7(time.GetUtcNow()).ToString()
                : string.Create(CultureInfo.InvariantCulture, $"{given}:{row}"));
        }

        return ids.MoveToImmutable();
    }

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

    private void WarnOfFeed(string? failure)
    {
        if (failure is null || (feedWarnedAt != 0 && time.GetElapsedTime(feedWarnedAt) < WarnInterval))
            return;
        feedWarnedAt = time.GetTimestamp();
        LogFeedFailed(logger, Project, failure);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: augmentation falls back to its defaults: {Reason}")]
    private static partial void LogFeedFailed(ILogger logger, string project, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project}: plan {Version} cannot be taken over, the one before stays in force: {Reason}")]
    private static partial void LogPlanRefused(ILogger logger, string project, long version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: the plan could not be polled")]
    private static partial void LogPollFailed(ILogger logger, Exception exception, string project);

    private sealed record Arm(string Name, ServedGeneration Served, IModelGrain Model);
}
