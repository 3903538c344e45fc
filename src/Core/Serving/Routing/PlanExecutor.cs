using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Serving.Routing;

/// <summary>
/// Answers the queries of a plan with several arms: each row by the arm that its key chooses, by the fallback chain where that one fails,
/// and by the shadows, whose answers are only logged.
/// </summary>
public sealed class PlanExecutor(InferencePipeline pipeline, TimeProvider time, ILogger logger)
{
    /// <summary>What the project's shadows have still to answer.</summary>
    public ShadowQueue Shadows { get; } = new(pipeline, time, logger);

    /// <summary>Answers a query by rows.</summary>
    public async Task<Answer> PredictAsync(ActivePlan plan, PredictQuery query, long started, CancellationToken cancellationToken)
    {
        var (tokens, wrong) = QueryTokens.Read(query.Body, plan.Fields);
        if (tokens is null)
            return Answer.Refuse(wrong!);
        if (RowSelector.Choose(tokens, plan.Selection, plan.Key, time.GetUtcNow()) is not { } choices)
            return Answer.Refuse(UnreadableKey(plan));
        var results = await RunAsync(plan, Divide(choices), batch => RunRowsAsync(plan, batch, tokens, started, cancellationToken));
        var answer = await MergeAsync(plan, results);
        if (answer.Error is null)
            Shadows.Offer(plan, tokens, choices, started);
        return answer;
    }

    /// <summary>Answers a query by tensors: one arm for the request.</summary>
    public async Task<Answer> InferAsync(ActivePlan plan, InferQuery query, long started, CancellationToken cancellationToken)
    {
        var queryId = query.QueryId ?? QueryIds.NewId(time.GetUtcNow());
        query = query with { QueryId = queryId };
        var arm = plan.Selection.Choose(TensorKey.Of(query, plan.Key) ?? queryId);
        var results = await RunAsync(
            plan, [new ArmBatch(arm, [], [])], batch => RunTensorsAsync(plan, batch, query, started, cancellationToken));
        var answer = await MergeAsync(plan, results);
        if (answer.Error is null)
            Shadows.Offer(plan, query, arm, started);
        return answer;
    }

    private static ServingError UnreadableKey(ActivePlan plan) =>
        new(ServingErrorKind.InvalidQuery, $"The field '{plan.Key.Name}', which chooses the arm, holds a text that is no valid UTF-8.");

    private static IEnumerable<ArmBatch> Divide(RowChoices choices) =>
        choices.Arms.Select((arm, row) => (arm, row)).GroupBy(choice => choice.arm, choice => choice.row)
            .Select(rows => new ArmBatch(rows.Key, [.. rows], [.. rows.Select(row => choices.QueryIds[row])]));

    /// <summary>Runs the batches, all at once, and then for each that failed the fallback chain.</summary>
    private static async Task<ArmResult[]> RunAsync(ActivePlan plan, IEnumerable<ArmBatch> batches, Func<ArmBatch, Task<ArmResult>> run)
    {
        var results = await Task.WhenAll(batches.Select(run));
        // One part that is wrong refuses the whole: nothing need answer for another.
        if (Array.Exists(results, result => result is { Error: not null, CanFallBack: false }))
            return results;
        for (var i = 0; i < results.Length; i++)
        {
            var failed = results[i];
            foreach (var arm in plan.Fallback.Where(arm => failed.CanFallBack && arm != failed.Batch.Arm))
            {
                var other = await run(failed.Batch with { Arm = arm, InsteadOf = failed });
                if (other.Error is not null)
                    continue;
                results[i] = other;
                break;
            }
        }

        return results;
    }

    private async Task<ArmResult> RunRowsAsync(
        ActivePlan plan, ArmBatch batch, QueryTokens tokens, long started, CancellationToken cancellationToken)
    {
        var (_, arm, error, _) = plan.Arms[batch.Arm];
        if (arm is null)
            return new ArmResult(batch, Inferred.Refuse(error!));
        var (rows, wrong) = TokenRowsReader.Read(tokens, arm.Served.Schema, plan.Arms[batch.Arm].Map!, batch.Rows.AsSpan());
        if (rows is null)
            return new ArmResult(batch, Inferred.Refuse(wrong!));
        var routed = RouteOf(plan, arm, batch, started);
        return Count(routed, batch, await pipeline.RunAsync(routed, rows, wanted: null, cancellationToken));
    }

    private async Task<ArmResult> RunTensorsAsync(
        ActivePlan plan, ArmBatch batch, InferQuery query, long started, CancellationToken cancellationToken)
    {
        var (_, arm, error, _) = plan.Arms[batch.Arm];
        if (arm is null)
            return new ArmResult(batch, Inferred.Refuse(error!));
        var routed = RouteOf(plan, arm, batch, started);
        return Count(routed, batch, await pipeline.RunAnyAsync(routed, plan.Arms[batch.Arm].Take(query), cancellationToken));
    }

    private static RoutedQuery RouteOf(ActivePlan plan, ServedArm arm, ArmBatch batch, long started) =>
        new(arm, batch.InsteadOf is null ? Reasons.Share : Reasons.Fallback, started)
        {
            Project = plan.Plan.Project,
            QueryIds = batch.QueryIds,
        };

    private ArmResult Count(RoutedQuery query, ArmBatch batch, Inferred inferred)
    {
        if (inferred.Entry is { } entry)
            pipeline.Count(query, entry, inferred.Error is not null);
        return new ArmResult(batch, inferred);
    }

    /// <summary>Makes one answer of what the arms found, and logs what they did.</summary>
    private async ValueTask<Answer> MergeAsync(ActivePlan plan, IReadOnlyList<ArmResult> results)
    {
        if (ResponseMerger.Invalid(results) is { } invalid)
            return Answer.Refuse(invalid);
        if (results.FirstOrDefault(result => result.Error is not null) is { } failed)
        {
            foreach (var entry in results.Where(result => result.Error is not null).Select(result => result.Entry).OfType<QueryLogEntry>())
                await pipeline.LogAsync(entry);
            return Answer.Refuse(failed.ErrorInQuery!);
        }

        var logged = true;
        foreach (var result in results)
        {
            if (result.Batch.InsteadOf is { Entry: { } entry } instead)
                await pipeline.LogAsync(
                    entry with
                    {
                        Reason = Reasons.Failed,
                        QueryIds = ArmResult.IdsBeside(entry.QueryIds, plan.Arms[instead.Batch.Arm].Arm.Name),
                    });
            logged &= await pipeline.LogAsync(result.Entry!);
        }

        return logged ? ResponseMerger.Merge(plan, results) : Answer.Refuse(InferencePipeline.NotLogged);
    }
}
