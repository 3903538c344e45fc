using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;
using Progeny.Core.Metrics;
using Progeny.Core.Serving;
using Progeny.Grains.Rollout;

namespace Progeny.Grains.Serving;

/// <summary>The way of a query once it is known who answers it: what an online agent does for each.</summary>
internal sealed partial class QueryAnswers(QueryLogBuffer log, TimeProvider time, ILogger<QueryAnswers> logger)
{
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private static readonly Answer Kept = new();

    private long feedWarnedAt;

    /// <summary>Why a query that nobody waits for any more does not reach the model.</summary>
    public static ServingError TooLate { get; } = new(ServingErrorKind.DeadlineExceeded, "The deadline passed, or the client left, before the model was asked.");

    /// <summary>Why a query whose record cannot be written is not answered.</summary>
    public static ServingError NotLogged { get; } = new(
        ServingErrorKind.Unavailable, "The query log cannot be written, and this project asks for a durable log; nothing was answered.");

    /// <summary>Answers a query by rows: augment, rules before, model, rules after, log.</summary>
    /// <param name="asked">Who answers, and since when the query waits.</param>
    /// <param name="rows">The rows as they were read; they are disposed, unless they are a part.</param>
    /// <param name="wanted">The names of the model's raw outputs wanted beside the prediction; empty: all; null: none.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> AnswerAsync(Asked asked, QueryRows rows, ImmutableArray<string>? wanted, CancellationToken cancellationToken)
    {
        using var _ = asked.Part is null ? rows : null;
        var arm = asked.Arm;
        var features = rows.Features;
        var augmentStarted = time.GetTimestamp();
        string? feedFailure = null;
        if (features.Errors.Count == 0)
        {
            foreach (var augmenter in arm.Served.Augmenters)
            {
                using var span = Telemetry.Spans.StartActivity("augmentation");
                span?.SetTag("rows", features.Rows);
                feedFailure = await augmenter.AugmentAsync(rows, cancellationToken) ?? feedFailure;
            }

            WarnOfFeed(arm, feedFailure);
        }

        if (cancellationToken.IsCancellationRequested)
            return Answer.Refuse(TooLate);
        var rules = features.Errors.Count == 0 ? arm.Served.Rules?.Begin(rows) : null;
        var refused = rules is null ? null : await rules.BeforeAsync(cancellationToken);
        if (refused is { Kind: ServingErrorKind.InvalidQuery })
            return Answer.Refuse(refused);
        if (refused is null)
            features.CheckMissing(rules is null ? default : rules.Answered.Span);
        if (features.Errors.Count > 0)
        {
            if (feedFailure is null)
                return Answer.Refuse(new ServingError(ServingErrorKind.InvalidQuery, "The query does not fit the schema.", [.. features.Errors]));

            // Values are missing because a feed failed: that is not the caller's fault, and may pass.
            return await RefuseAsync(new ServingError(ServingErrorKind.Unavailable, feedFailure, [.. features.Errors]));
        }

        var modelStarted = time.GetTimestamp();
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

        var now = time.GetUtcNow();
        var entry = new QueryLogEntry
        {
            At = now,
            Served = arm.Served,
            Project = asked.Project,
            Arm = arm.Name,
            Reason = asked.Reason,
            QueryIds = asked.Part is { QueryIds: { IsEmpty: false } ids } ? ids : QueryIds.Make(rows.QueryId, features.Rows, now),
            Rows = rows,
            Prediction = result.Prediction,
            Rules = rules?.Fired ?? [],
            Error = result.Error?.Message,
            Latency = Latency(asked.Started, modelStarted, time.GetElapsedTime(augmentStarted, modelStarted), result),
        };
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } invalid)
            return Answer.Refuse(invalid);
        return Count(asked, asked.Part is { } part ? Keep(part, entry, result) : ToAnswer(await log.AddAsync(entry), entry, result), entry);

        // What fails before the model is asked is logged like what fails there: by the log arms are held to account.
        async ValueTask<Answer> RefuseAsync(ServingError error)
        {
            var moment = time.GetUtcNow();
            var failure = new QueryLogEntry
            {
                At = moment,
                Served = arm.Served,
                Project = asked.Project,
                Arm = arm.Name,
                Reason = asked.Reason,
                QueryIds = asked.Part is { QueryIds: { IsEmpty: false } own } ? own : QueryIds.Make(rows.QueryId, features.Rows, moment),
                Rows = rows,
                Error = error.Message,
                Latency = new QueryLatency(Micros(time.GetElapsedTime(augmentStarted)), 0, 0, Micros(time.GetElapsedTime(asked.Started))),
            };
            var failed = new ModelAnswer { Error = error };
            return Count(asked, asked.Part is { } its ? Keep(its, failure, failed) : ToAnswer(await log.AddAsync(failure), failure, failed), failure);
        }
    }

    /// <summary>Answers a query by tensors that the model takes as they are: model, log.</summary>
    public async ValueTask<Answer> AnswerAsync(Asked asked, InferQuery query, CancellationToken cancellationToken)
    {
        var arm = asked.Arm;
        var modelStarted = time.GetTimestamp();
        var span = StartModel(arm);
        var result = TensorChecks.Problem(query.Inputs, arm.Model.Runner.Inputs) is { } problem
            ? new ModelAnswer { Error = new ServingError(ServingErrorKind.InvalidQuery, problem) }
            : await arm.Model.Batcher.RunAsync(query, cancellationToken);
        span?.Dispose();
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } error)
            return Answer.Refuse(error);
        var now = time.GetUtcNow();
        var entry = new QueryLogEntry
        {
            At = now,
            Served = arm.Served,
            Project = asked.Project,
            Arm = arm.Name,
            Reason = asked.Reason,
            QueryIds = QueryIds.Make(query.QueryId, 1, now),
            Tensors = query,
            Outputs = result.Outputs,
            Error = result.Error?.Message,
            Latency = Latency(asked.Started, modelStarted, TimeSpan.Zero, result),
        };
        return Count(asked, asked.Part is { } part ? Keep(part, entry, result) : ToAnswer(await log.AddAsync(entry), entry, result), entry);
    }

    /// <summary>Answers a query by tensors: as rows where the generation has features, else as they are.</summary>
    public async ValueTask<Answer> InferAsync(Asked asked, InferQuery query, CancellationToken cancellationToken)
    {
        if (Unknown(query.Outputs, asked.Arm.Model.Runner) is { } unknown)
            return Answer.Refuse(unknown);
        if (asked.Arm.Served.Schema.Features.Count == 0)
            return await AnswerAsync(asked, query, cancellationToken);
        var (rows, error) = TensorRowsReader.Read(query, asked.Arm.Served.Schema);
        return rows is null ? Answer.Refuse(error!) : await AnswerAsync(asked, rows, query.Outputs, cancellationToken);
    }

    /// <summary>Has an arm answer its part of a query by rows; what is to be logged is kept with it.</summary>
    public async Task<QueryPart> AskAsync(Asked asked, QueryRows rows, CancellationToken cancellationToken)
    {
        asked.Part!.Error = (await AnswerAsync(asked, rows, wanted: null, cancellationToken)).Error;
        return asked.Part;
    }

    /// <summary>Has an arm answer a query by tensors; what is to be logged is kept with its part.</summary>
    public async Task<QueryPart> AskAsync(Asked asked, InferQuery query, CancellationToken cancellationToken)
    {
        asked.Part!.Error = (await InferAsync(asked, query, cancellationToken)).Error;
        return asked.Part;
    }

    /// <summary>Logs what an arm did.</summary>
    /// <returns>False where the project asks for a durable log and it cannot be written.</returns>
    public async ValueTask<bool> LogAsync(QueryLogEntry entry)
    {
        var logging = log.AddAsync(entry);
        entry.Rows?.Dispose(); // they have been written out
        return await logging || entry.Served.Manifest.Serving.Log != QueryLogMode.Durable;
    }

    private static Answer Keep(QueryPart part, QueryLogEntry entry, ModelAnswer result)
    {
        (part.Entry, part.Result) = (entry, result);
        return result.Error is { } error ? Answer.Refuse(error) : Kept;
    }

    private static ServingError? Unknown(ImmutableArray<string> outputs, ModelRunner model)
    {
        foreach (var output in outputs)
        {
            if (!model.HasOutput(output))
                return new ServingError(ServingErrorKind.InvalidQuery, $"There is no output '{output}'; the outputs are {string.Join(", ", model.OutputNames)}.");
        }

        return null;
    }

    private static int Micros(TimeSpan time) => (int)Math.Min(int.MaxValue, time.TotalMicroseconds);

    private static IReadOnlyList<string> NamesOf(ImmutableArray<string>? wanted, Arm arm) => wanted switch
    {
        null => [],
        { IsEmpty: true } => arm.Model.Runner.OutputNames,
        { } names => names,
    };

    private static Answer ToAnswer(bool logged, QueryLogEntry entry, ModelAnswer result)
    {
        if (!logged && entry.Served.Manifest.Serving.Log == QueryLogMode.Durable)
            return Answer.Refuse(NotLogged);
        return result.Error is { } error
            ? Answer.Refuse(error)
            : new Answer { Generation = entry.Served.Reference, QueryIds = entry.QueryIds, Prediction = result.Prediction, Outputs = result.Outputs, Rules = entry.Rules };
    }

    private static Activity? StartModel(Arm arm)
    {
        var span = Telemetry.Spans.StartActivity("model");
        span?.SetTag("generation", arm.Served.Reference.ToString());
        return span;
    }

    /// <summary>Counts a request that was answered, or failed through no fault of the caller.</summary>
    private Answer Count(Asked asked, Answer answer, QueryLogEntry entry)
    {
        var latency = entry.Latency;
        if (entry.Served.Log.Mode == QueryLogMode.Durable)
            latency = latency with { Total = Micros(time.GetElapsedTime(asked.Started)) }; // the disk was waited for
        asked.Arm.Meter.Record(latency, entry.QueryIds.Length, answer.Error is not null);
        return answer;
    }

    private QueryLatency Latency(long started, long modelStarted, TimeSpan augment, ModelAnswer result)
    {
        var now = time.GetTimestamp();
        return new QueryLatency(
            Micros(augment), Math.Max(0, Micros(time.GetElapsedTime(modelStarted, now)) - result.Microseconds), result.Microseconds, Micros(time.GetElapsedTime(started, now)));
    }

    private void WarnOfFeed(Arm arm, string? failure)
    {
        if (failure is null || (feedWarnedAt != 0 && time.GetElapsedTime(feedWarnedAt) < WarnInterval))
            return;
        feedWarnedAt = time.GetTimestamp();
        LogFeedFailed(logger, arm.Served.Reference.Project, failure);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: augmentation falls back to its defaults: {Reason}")]
    private static partial void LogFeedFailed(ILogger logger, string project, string reason);
}
