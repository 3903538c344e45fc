using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Serving;
using Progeny.Core.Rollout;
using Progeny.Core.Serving;
using Progeny.Grains.Serving;

namespace Progeny.Grains.Rollout;

/// <summary>
/// Answers the queries of a plan with several arms: each row by the arm that its key chooses, by the fallback chain where that one fails,
/// and unseen by the shadows.
/// </summary>
internal sealed class RolloutAnswers(QueryAnswers answers, TimeProvider time, ILogger logger)
{
    /// <summary>What the project's shadows have still to answer.</summary>
    public ShadowQueue Shadows { get; } = new(answers, time, logger);

    /// <summary>Answers a query by rows.</summary>
    public async Task<Answer> PredictAsync(ActivePlan plan, PredictQuery query, long started, CancellationToken cancellationToken)
    {
        if (RowSelector.Choose(query.Body.Span, plan.Selection, plan.Key, time.GetUtcNow()) is not { } choices)
            return Answer.Refuse(ProblemOf(plan, query));
        Task<QueryPart> AskAsync(QueryPart part) => AskRowsAsync(plan, part, query, choices, started, cancellationToken);
        var parts = await AnswerPartsAsync(plan, Divide(choices), AskAsync);
        var answer = await AnswerMerge.MergeAsync(plan, parts, answers);
        if (answer.Error is null)
            Shadows.Offer(plan, query, choices, started);
        return answer;
    }

    /// <summary>Answers a query by tensors: one arm for the request.</summary>
    public async Task<Answer> InferAsync(ActivePlan plan, InferQuery query, long started, CancellationToken cancellationToken)
    {
        var queryId = query.QueryId ?? QueryIds.NewId(time.GetUtcNow());
        query = query with { QueryId = queryId };
        var arm = plan.Selection.Choose(TensorKey.Of(query, plan.Key) ?? queryId);
        var whole = new QueryPart(arm, [], []);
        var parts = await AnswerPartsAsync(plan, [whole], part => AskTensorsAsync(plan, part, query, started, cancellationToken));
        var answer = await AnswerMerge.MergeAsync(plan, parts, answers);
        if (answer.Error is null)
            Shadows.Offer(plan, query, arm, started);
        return answer;
    }

    private static ServingError ProblemOf(ActivePlan plan, PredictQuery query)
    {
        var arm = plan.Arms.First(arm => arm.Ready is not null);
        var (rows, error) = QueryRowsReader.Read(query.Body.Span, arm.Ready!.Served.Schema, new RowPick(arm.Others));
        rows?.Dispose();
        return error ?? new ServingError(ServingErrorKind.InvalidQuery, "The request cannot be read; it must be a JSON object like {\"rows\": [{…}]}.");
    }

    private static IEnumerable<QueryPart> Divide(RowChoices choices) =>
        choices.Arms.Select((arm, row) => (arm, row)).GroupBy(choice => choice.arm, choice => choice.row)
            .Select(rows => new QueryPart(rows.Key, [.. rows], [.. rows.Select(row => choices.QueryIds[row])]));

    /// <summary>Asks the arms, all at once, and then for each that failed the fallback chain.</summary>
    private static async Task<QueryPart[]> AnswerPartsAsync(ActivePlan plan, IEnumerable<QueryPart> parts, Func<QueryPart, Task<QueryPart>> ask)
    {
        var asked = await Task.WhenAll(parts.Select(ask));
        // One part that is wrong refuses the whole: nobody need stand in for another.
        if (Array.Exists(asked, part => part is { Error: not null, CanFallBack: false }))
            return asked;
        for (var i = 0; i < asked.Length; i++)
        {
            foreach (var arm in plan.Fallback.TakeWhile(_ => asked[i].CanFallBack).Where(arm => arm != asked[i].Arm))
            {
                var other = await ask(new QueryPart(arm, asked[i].Rows, asked[i].QueryIds) { InsteadOf = asked[i] });
                if (other.Error is not null)
                    continue;
                asked[i] = other;
                break;
            }
        }

        return asked;
    }

    private async Task<QueryPart> AskRowsAsync(
        ActivePlan plan, QueryPart part, PredictQuery query, RowChoices choices, long started, CancellationToken cancellationToken)
    {
        var (_, arm, error, _) = plan.Arms[part.Arm];
        if (arm is null)
            return Refused(part, error!);
        var chosen = part.InsteadOf ?? part;
        var (rows, wrong) = QueryRowsReader.Read(query.Body.Span, arm.Served.Schema, new RowPick(plan.Arms[part.Arm].Others, choices.Arms, chosen.Arm));
        return rows is null ? Refused(part, wrong!) : await answers.AskAsync(new Asked(arm, ReasonOf(part), started) { Part = part, Project = plan.Plan.Project }, rows, cancellationToken);
    }

    private async Task<QueryPart> AskTensorsAsync(ActivePlan plan, QueryPart part, InferQuery query, long started, CancellationToken cancellationToken)
    {
        var (_, arm, error, _) = plan.Arms[part.Arm];
        if (arm is null)
            return Refused(part, error!);
        return await answers.AskAsync(new Asked(arm, ReasonOf(part), started) { Part = part, Project = plan.Plan.Project }, plan.Arms[part.Arm].Take(query), cancellationToken);
    }

    private static QueryPart Refused(QueryPart part, ServingError error)
    {
        part.Error = error;
        return part;
    }

    private static string ReasonOf(QueryPart part) => part.InsteadOf is null ? Reasons.Share : Reasons.Fallback;
}
