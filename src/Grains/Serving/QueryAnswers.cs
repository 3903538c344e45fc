using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <summary>The way of a query once it is known who answers it: what an online agent does for each.</summary>
internal sealed partial class QueryAnswers(QueryLogBuffer log, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(10);

    private long feedWarnedAt;

    /// <summary>Answers a query by rows: augment, rules before, model, rules after, log.</summary>
    /// <param name="asked">Who answers, and since when the query waits.</param>
    /// <param name="rows">The rows as they were read.</param>
    /// <param name="wantsOutputs">Whether the model's raw outputs are wanted beside the prediction.</param>
    /// <param name="outputs">Their names; empty: all.</param>
    public async Task<Answer> AnswerAsync(
        Asked asked, QueryRows rows, bool wantsOutputs, ImmutableArray<string> outputs, CancellationToken cancellationToken)
    {
        var arm = asked.Arm;
        var augmentStarted = time.GetTimestamp();
        string? feedFailure = null;
        if (rows.Features.Errors.Count == 0)
        {
            foreach (var augmenter in arm.Served.Augmenters)
                feedFailure = await augmenter.AugmentAsync(rows, cancellationToken) ?? feedFailure;
            WarnOfFeed(arm, feedFailure);
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
        var entry = new QueryLogEntry
        {
            At = time.GetUtcNow(),
            Served = arm.Served,
            Arm = arm.Name,
            Reason = asked.Reason,
            QueryIds = QueryIds(rows.QueryId, rows.Features.Rows),
            Rows = rows,
            Prediction = result.Prediction,
            Rules = rules?.Fired ?? [],
            Error = result.Error?.Message,
            Latency = Latency(asked.Started, modelStarted, augment, result),
        };
        return await LogAsync(entry, arm, result);
    }

    /// <summary>Answers a query by tensors that the model takes as they are: model, log.</summary>
    public async Task<Answer> AnswerAsync(Asked asked, InferQuery query)
    {
        var arm = asked.Arm;
        var modelStarted = time.GetTimestamp();
        var result = await arm.Model.Run(new ModelQuery { Inputs = query.Inputs, WantsOutputs = true, Outputs = query.Outputs });
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } error)
            return Answer.Refuse(error);
        var entry = new QueryLogEntry
        {
            At = time.GetUtcNow(),
            Served = arm.Served,
            Arm = arm.Name,
            Reason = asked.Reason,
            QueryIds = QueryIds(query.QueryId, 1),
            Tensors = query,
            Outputs = result.Outputs,
            Error = result.Error?.Message,
            Latency = Latency(asked.Started, modelStarted, TimeSpan.Zero, result),
        };
        return await LogAsync(entry, arm, result);
    }

    private static int Micros(TimeSpan time) => (int)Math.Min(int.MaxValue, time.TotalMicroseconds);

    private async Task<Answer> LogAsync(QueryLogEntry entry, Arm arm, ModelAnswer result)
    {
        if (result.Error is { Kind: ServingErrorKind.InvalidQuery } invalid)
            return Answer.Refuse(invalid);
        if (!await log.AddAsync(entry) && arm.Served.Manifest.Serving.Log == QueryLogMode.Durable)
            return Answer.Refuse(new ServingError(ServingErrorKind.Unavailable, "The query log cannot be written, and this project asks for a durable log; nothing was answered."));
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
