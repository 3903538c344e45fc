using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Routing;
using Progeny.Core.Telemetry;

namespace Progeny.Core.Serving.Inference;

/// <summary>The way of a query once its arm is chosen: augmentation, rules, model, log.</summary>
public sealed partial class InferencePipeline(QueryLogBuffer log, TimeProvider time, ILogger<InferencePipeline> logger)
{
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private long feedWarnedAt;

    /// <summary>Why a query that nobody waits for any more does not reach the model.</summary>
    public static ServingError TooLate { get; } = new(
        ServingErrorKind.DeadlineExceeded, "The deadline passed, or the client left, before the model was asked.");

    /// <summary>Why a query whose record cannot be written is not answered.</summary>
    public static ServingError NotLogged { get; } = new(
        ServingErrorKind.Unavailable, "The query log cannot be written, and this project asks for a durable log; nothing was answered.");

    /// <summary>Answers a query by rows: augment, rules before, model, rules after, log.</summary>
    /// <param name="query">Who answers, and since when the query waits.</param>
    /// <param name="rows">The rows as they were read; they are disposed.</param>
    /// <param name="wanted">The names of the model's raw outputs wanted beside the prediction; empty: all; null: none.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> AnswerAsync(
        RoutedQuery query, QueryRows rows, ImmutableArray<string>? wanted, CancellationToken cancellationToken)
    {
        using var _ = rows;
        return await AnswerAsync(query, await RunAsync(query, rows, wanted, cancellationToken));
    }

    /// <summary>Answers a query by tensors: as rows where the generation has features, else as they are.</summary>
    public async ValueTask<Answer> AnswerAsync(RoutedQuery query, InferQuery tensors, CancellationToken cancellationToken)
    {
        if (Unknown(tensors.Outputs, query.Arm.Model.Runner) is { } unknown)
            return Answer.Refuse(unknown);
        if (query.Arm.Served.Schema.Features.Count == 0)
            return await AnswerAsync(query, await RunAsync(query, tensors, cancellationToken));
        var (rows, error) = TensorRowsReader.Read(tensors, query.Arm.Served.Schema);
        return rows is null ? Answer.Refuse(error!) : await AnswerAsync(query, rows, tensors.Outputs, cancellationToken);
    }

    /// <summary>Runs a query by rows, or a part of one: augment, rules before, model, rules after. Nothing is logged.</summary>
    /// <param name="rows">The rows as they were read; they are not disposed.</param>
    /// <param name="wanted">The names of the model's raw outputs wanted beside the prediction; empty: all; null: none.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Inferred> RunAsync(
        RoutedQuery query, QueryRows rows, ImmutableArray<string>? wanted, CancellationToken cancellationToken)
    {
        var arm = query.Arm;
        var features = rows.Features;
        var augmentStarted = time.GetTimestamp();
        string? feedFailure = null;
        if (features.Errors.Count == 0)
        {
            foreach (var augmenter in arm.Served.Augmenters)
            {
                using var span = ProgenyTelemetry.Spans.StartActivity("augmentation");
                span?.SetTag("rows", features.Rows);
                feedFailure = await augmenter.AugmentAsync(rows, cancellationToken) ?? feedFailure;
            }

            WarnOfFeed(arm, feedFailure);
        }

        if (cancellationToken.IsCancellationRequested)
            return Inferred.Refuse(TooLate);
        var rules = features.Errors.Count == 0 ? arm.Served.Rules?.Begin(rows) : null;
        var refused = rules is null ? null : await rules.BeforeAsync(cancellationToken);
        if (refused is { Kind: ServingErrorKind.InvalidQuery })
            return Inferred.Refuse(refused);
        if (refused is null)
            features.CheckMissing(rules is null ? default : rules.Answered.Span);
        var modelStarted = time.GetTimestamp();
        if (features.Errors.Count > 0)
        {
            // Values that are missing because a feed failed are not the caller's fault, and may come back. What fails before the model is
            // logged like what fails there: by the log arms are judged.
            return feedFailure is null
                ? Inferred.Refuse(
                    new ServingError(ServingErrorKind.InvalidQuery, "The query does not fit the schema.", [.. features.Errors]))
                : Record(new ModelAnswer { Error = new ServingError(ServingErrorKind.Unavailable, feedFailure, [.. features.Errors]) });
        }

        ModelAnswer result;
        if (refused is not null || rules is { NeedsModel: false })
        {
            result = new ModelAnswer { Error = refused };
        }
        else
        {
            using var span = StartModel(arm);
            result = await arm.Model.Batcher.RunAsync(features, rules?.Answered ?? default, NamesOf(wanted, arm), cancellationToken);
        }

        if (rules is not null)
        {
            result = await rules.AfterAsync(result, cancellationToken);
            if (wanted is { } names && rules.HasAnswers)
                result = rules.ReplaceOutputs(result, arm.Model.Runner.Outputs, names);
        }

        return result.Error is { Kind: ServingErrorKind.InvalidQuery } invalid ? Inferred.Refuse(invalid) : Record(result);

        Inferred Record(ModelAnswer found)
        {
            var now = time.GetUtcNow();
            return new Inferred(
                new QueryLogEntry
                {
                    At = now,
                    Plan = arm.Served.Log,
                    Project = query.Project,
                    Arm = arm.Name,
                    Reason = query.Reason,
                    QueryIds = query.QueryIds.IsDefaultOrEmpty ? QueryIds.Make(rows.QueryId, features.Rows, now) : query.QueryIds,
                    Rows = rows,
                    Prediction = found.Prediction,
                    Rules = rules?.Fired ?? [],
                    Error = found.Error?.Message,
                    Latency = Latency(query.Started, modelStarted, time.GetElapsedTime(augmentStarted, modelStarted), found),
                },
                found,
                null);
        }
    }

    /// <summary>Runs a query by tensors that the model takes as they are. Nothing is logged.</summary>
    public async ValueTask<Inferred> RunAsync(RoutedQuery query, InferQuery tensors, CancellationToken cancellationToken)
    {
        var arm = query.Arm;
        if (TensorChecks.Problem(tensors.Inputs, arm.Model.Runner.Inputs) is { } problem)
            return Inferred.Refuse(new ServingError(ServingErrorKind.InvalidQuery, problem));
        var modelStarted = time.GetTimestamp();
        var span = StartModel(arm);
        var result = await arm.Model.Batcher.RunAsync(tensors, cancellationToken);
        span?.Dispose();
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } invalid)
            return Inferred.Refuse(invalid);
        var now = time.GetUtcNow();
        return new Inferred(
            new QueryLogEntry
            {
                At = now,
                Plan = arm.Served.Log,
                Project = query.Project,
                Arm = arm.Name,
                Reason = query.Reason,
                QueryIds = QueryIds.Make(tensors.QueryId, 1, now),
                Tensors = tensors,
                Outputs = result.Outputs,
                Error = result.Error?.Message,
                Latency = Latency(query.Started, modelStarted, TimeSpan.Zero, result),
            },
            result,
            null);
    }

    /// <summary>Runs a query by tensors, or a part of one, as rows where the generation has features. Nothing is logged.</summary>
    public async ValueTask<Inferred> RunAnyAsync(RoutedQuery query, InferQuery tensors, CancellationToken cancellationToken)
    {
        if (Unknown(tensors.Outputs, query.Arm.Model.Runner) is { } unknown)
            return Inferred.Refuse(unknown);
        if (query.Arm.Served.Schema.Features.Count == 0)
            return await RunAsync(query, tensors, cancellationToken);
        var (rows, error) = TensorRowsReader.Read(tensors, query.Arm.Served.Schema);
        return rows is null ? Inferred.Refuse(error!) : await RunAsync(query, rows, tensors.Outputs, cancellationToken);
    }

    /// <summary>Logs what an arm did.</summary>
    /// <returns>False where the project asks for a durable log and it cannot be written.</returns>
    public async ValueTask<bool> LogAsync(QueryLogEntry entry)
    {
        var logging = log.AddAsync(entry);
        entry.Rows?.Dispose(); // they have been written out
        return await logging || entry.Plan.Mode != QueryLogMode.Durable;
    }

    /// <summary>Counts what an arm did, or failed to do through no fault of the caller.</summary>
    public void Count(RoutedQuery query, QueryLogEntry entry, bool failed)
    {
        var latency = entry.Latency;
        if (entry.Plan.Mode == QueryLogMode.Durable)
            latency = latency with { Total = Micros(time.GetElapsedTime(query.Started)) }; // the disk was waited for
        query.Arm.Meter.Record(latency, entry.QueryIds.Length, failed);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Answer> AnswerAsync(RoutedQuery query, Inferred inferred)
    {
        if (inferred.Entry is not { } entry)
            return Answer.Refuse(inferred.Refusal!);
        var answer = ToAnswer(await log.AddAsync(entry), entry, inferred.Result!);
        Count(query, entry, answer.Error is not null);
        return answer;
    }

    private static ServingError? Unknown(ImmutableArray<string> outputs, ModelRunner model)
    {
        foreach (var output in outputs)
        {
            if (!model.HasOutput(output))
                return new ServingError(
                    ServingErrorKind.InvalidQuery,
                    $"There is no output '{output}'; the outputs are {string.Join(", ", model.OutputNames)}.");
        }

        return null;
    }

    private static int Micros(TimeSpan time) => (int)Math.Min(int.MaxValue, time.TotalMicroseconds);

    private static IReadOnlyList<string> NamesOf(ImmutableArray<string>? wanted, ServedArm arm) => wanted switch
    {
        null => [],
        { IsEmpty: true } => arm.Model.Runner.OutputNames,
        { } names => names,
    };

    private static Answer ToAnswer(bool logged, QueryLogEntry entry, ModelAnswer result)
    {
        if (!logged && entry.Plan.Mode == QueryLogMode.Durable)
            return Answer.Refuse(NotLogged);
        return result.Error is { } error
            ? Answer.Refuse(error)
            : new Answer
            {
                Generation = entry.Plan.Generation,
                QueryIds = entry.QueryIds,
                Prediction = result.Prediction,
                Outputs = result.Outputs,
                Rules = entry.Rules,
            };
    }

    private static Activity? StartModel(ServedArm arm)
    {
        var span = ProgenyTelemetry.Spans.StartActivity("model");
        span?.SetTag("generation", arm.Served.Reference.ToString());
        return span;
    }

    private QueryLatency Latency(long started, long modelStarted, TimeSpan augment, ModelAnswer result)
    {
        var now = time.GetTimestamp();
        return new QueryLatency(
            Micros(augment),
            Math.Max(0, Micros(time.GetElapsedTime(modelStarted, now)) - result.Microseconds),
            result.Microseconds,
            Micros(time.GetElapsedTime(started, now)));
    }

    private void WarnOfFeed(ServedArm arm, string? failure)
    {
        if (failure is null || (feedWarnedAt != 0 && time.GetElapsedTime(feedWarnedAt) < WarnInterval))
            return;
        feedWarnedAt = time.GetTimestamp();
        LogFeedFailed(logger, arm.Served.Reference.Project, failure);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: augmentation falls back to its defaults: {Reason}")]
    private static partial void LogFeedFailed(ILogger logger, string project, string reason);
}
