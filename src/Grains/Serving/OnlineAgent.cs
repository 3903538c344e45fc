using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>Answers a project's queries on this silo, on as many threads as ask.</summary>
internal sealed partial class OnlineAgent(
    string project, IGrainFactory grains, ServedGenerations generations, ModelCache models, QueryAnswers answers, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan TouchInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetireAfter = TimeSpan.FromMinutes(1);

    private readonly Queue<(Arm Arm, long At)> retired = new();
    private readonly Lock gate = new();
    private volatile Arm? champion;
    private volatile ServingError? refusal;
    private Task polling = Task.CompletedTask;
    private long planVersion = -1;
    private long usedAt = time.GetTimestamp();
    private volatile bool disposed;
    private volatile bool isUnknown;

    /// <summary>How long nobody has asked.</summary>
    public TimeSpan IdleFor => time.GetElapsedTime(Volatile.Read(ref usedAt));

    /// <summary>Whether there is no such project, so that the agent need not be kept.</summary>
    public bool IsUnknown => isUnknown;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> PredictAsync(PredictQuery query, CancellationToken cancellationToken)
    {
        var started = Touch();
        var (asked, missing) = Selected(query.Version, started) is { } ready ? (ready, null) : await SelectAsync(query.Version, started);
        if (missing is not null)
            return Answer.Refuse(missing);
        using var _ = asked.Requested;
        var schema = asked.Arm.Served.Schema;
        if (schema.Features.Count == 0)
            return Refuse(ServingErrorKind.InvalidQuery, $"'{project}' declares no features, so it has no rows; ask it by tensors (POST /v2/models/{project}/infer).");
        var (rows, error) = QueryRowsReader.Read(query.Body.Span, schema);
        if (rows is null)
            return Answer.Refuse(error!);
        return await answers.AnswerAsync(asked, rows, wanted: null, cancellationToken);
    }

    public async ValueTask<Answer> InferAsync(InferQuery query, CancellationToken cancellationToken)
    {
        var started = Touch();
        var (asked, missing) = Selected(query.Version, started) is { } ready ? (ready, null) : await SelectAsync(query.Version, started);
        if (missing is not null)
            return Answer.Refuse(missing);
        using var _ = asked.Requested;
        if (Unknown(query.Outputs, asked.Arm.Model.Runner) is { } unknown)
            return Answer.Refuse(unknown);
        if (asked.Arm.Served.Schema.Features.Count == 0)
            return await answers.AnswerAsync(asked, query);
        var (rows, error) = TensorRowsReader.Read(query, asked.Arm.Served.Schema);
        return rows is null
            ? Answer.Refuse(error!)
            : await answers.AnswerAsync(asked, rows, query.Outputs, cancellationToken);
    }

    public async ValueTask<ModelMetadata> DescribeAsync(string? version)
    {
        var (asked, missing) = await SelectAsync(version, Touch());
        if (missing is not null)
            return new ModelMetadata { Error = missing };
        using var _ = asked.Requested;
        return asked.Arm.Model.Describe(asked.Arm.Served);
    }

    /// <summary>Takes over the plan in force when it has changed; does nothing while that is under way.</summary>
    public void Poll() => _ = Polling();

    public void Dispose()
    {
        lock (gate)
            disposed = true;
        Interlocked.Exchange(ref champion, null)?.Dispose();
        foreach (var (arm, _) in retired)
            arm.Dispose();
    }

    private static Answer Refuse(ServingErrorKind kind, string message) => Answer.Refuse(new ServingError(kind, message));

    private static ServingError? Unknown(ImmutableArray<string> outputs, ModelRunner model)
    {
        foreach (var output in outputs)
        {
            if (!model.OutputNames.Contains(output))
                return new ServingError(ServingErrorKind.InvalidQuery, $"There is no output '{output}'; the outputs are {string.Join(", ", model.OutputNames)}.");
        }

        return null;
    }

    private long Touch()
    {
        var now = time.GetTimestamp();
        // Written seldom, so that processors do not take the memory from each other with every query.
        if (time.GetElapsedTime(Volatile.Read(ref usedAt), now) > TouchInterval)
            Volatile.Write(ref usedAt, now);
        return now;
    }

    /// <summary>Who answers, where nothing has to be waited for.</summary>
    private Asked? Selected(string? version, long started) =>
        version is null && champion is { } arm ? new Asked(arm, "share", started) : null;

    private async ValueTask<(Asked Asked, ServingError? Error)> SelectAsync(string? version, long started)
    {
        if (version is not null)
            return await RequestedAsync(version, started);
        if (champion is null)
            await Polling();
        if (champion is { } arm)
            return (new Asked(arm, "share", started), null);
        if (refusal is { } known)
            return (default, known);
        if (disposed)
            return (default, new ServingError(ServingErrorKind.Unavailable, $"'{project}' has just been put to rest on this node; ask again."));
        isUnknown = await grains.GetGrain<IProjectGrain>(project).Get() is null;
        return (default, isUnknown
            ? new ServingError(ServingErrorKind.NotFound, $"There is no project '{project}'.")
            : new ServingError(ServingErrorKind.NotReady, $"'{project}' has no generation in charge yet; train one and promote it (POST /api/projects/{project}/promotions)."));
    }

    private async ValueTask<(Asked Asked, ServingError? Error)> RequestedAsync(string version, long started)
    {
        if (!GenerationReference.TryParse(project, version, out var reference))
            return (default, new ServingError(ServingErrorKind.NotFound, $"'{version}' is no version; one looks like '1.2.0:3' (release:generation)."));
        if (champion is { } arm && arm.Served.Reference == reference)
            return (new Asked(arm, "requested", started), null);
        var (own, error) = await PrepareAsync("requested", reference);
        return own is null ? (default, error) : (new Asked(own, "requested", started) { Requested = own }, null);
    }

    private async ValueTask<(Arm? Arm, ServingError? Error)> PrepareAsync(string name, GenerationReference reference)
    {
        try
        {
            return await generations.GetAsync(reference) is { } served
                ? (new Arm(name, served, await models.AcquireAsync(served)), null)
                : (null, new ServingError(ServingErrorKind.NotFound, $"There is no generation {reference}."));
        }
        catch (FeedException exception)
        {
            return (null, new ServingError(ServingErrorKind.Unavailable, exception.Message));
        }
        catch (RuleException exception)
        {
            return (null, new ServingError(ServingErrorKind.RuleFailed, exception.Message));
        }
        catch (ModelException exception)
        {
            return (null, new ServingError(ServingErrorKind.ModelFailed, exception.Message));
        }
    }

    private Task Polling()
    {
        lock (gate)
        {
            if (polling.IsCompleted && !disposed)
                polling = Task.Run(PollAsync);
            return polling;
        }
    }

    /// <summary>Takes over the plan in force when it has changed. The old one answers until the new one is ready.</summary>
    private async Task PollAsync()
    {
        while (retired.TryPeek(out var old) && time.GetElapsedTime(old.At) > RetireAfter)
            retired.Dequeue().Arm.Dispose();
        try
        {
            var plan = await grains.GetGrain<IProjectGrain>(project).GetPlan(planVersion);
            if (plan is null || plan.Version <= planVersion)
                return;
            if (plan.Champion is { } reference)
            {
                var (arm, error) = await PrepareAsync("champion", reference);
                if (arm is null)
                {
                    // It is tried again with every poll; what has been said once need not be said every second.
                    if (error!.Message != refusal?.Message)
                        LogPlanRefused(logger, project, plan.Version, error.Message);
                    refusal = error;
                    return;
                }

                // Queries that chose the old one before may still be under way with it.
                if (Interlocked.Exchange(ref champion, arm) is { } before)
                    retired.Enqueue((before, time.GetTimestamp()));
            }

            refusal = null;
            planVersion = plan.Version;
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            LogPollFailed(logger, exception, project);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Project}: plan {Version} cannot be taken over, the one before stays in force: {Reason}")]
    private static partial void LogPlanRefused(ILogger logger, string project, long version, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: the plan could not be polled")]
    private static partial void LogPollFailed(ILogger logger, Exception exception, string project);
}
