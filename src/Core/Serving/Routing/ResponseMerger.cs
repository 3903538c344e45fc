using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Routing;

/// <summary>Makes one answer, in the order of the rows, of what the arms of a plan found.</summary>
public static class ResponseMerger
{
    /// <summary>What is wrong with the query, by all arms that read of it; null: nothing.</summary>
    public static ServingError? Invalid(IReadOnlyList<ArmResult> results)
    {
        List<ArmResult> refused = [.. results.Where(result => result is { Error: not null, CanFallBack: false })];
        if (refused.Count == 0)
            return null;
        var fields = refused.SelectMany(result => result.ErrorInQuery!.Fields).OrderBy(field => field.Row)
            .Take(FeatureBatchBuilder.MaxErrors);
        return refused[0].Error! with { Fields = [.. fields] };
    }

    /// <summary>The answer to a query of which every row was answered.</summary>
    public static Answer Merge(ActivePlan plan, IReadOnlyList<ArmResult> results) =>
        results is [var only] ? OfOne(plan, only) : OfSeveral(plan, results);

    private static Answer OfOne(ActivePlan plan, ArmResult result) => new()
    {
        Project = plan.Plan.Project,
        Generation = result.Entry!.Plan.Generation,
        QueryIds = result.Entry.QueryIds,
        Prediction = result.Inferred.Result!.Prediction,
        Outputs = result.Inferred.Result.Outputs,
        Rules = result.Entry.Rules,
        Parts = result.Batch.InsteadOf is null ? [] : [ToAnswerPart(plan, result.Batch)],
    };

    private static Answer OfSeveral(ActivePlan plan, IReadOnlyList<ArmResult> results)
    {
        var rows = results.Sum(result => result.Batch.Rows.Length);
        var first = results[0].Inferred.Result!.Prediction!;
        var ids = new string[rows];
        var scores = new float[rows * first.Width];
        var labels = new int[first.Labels.IsEmpty ? 0 : rows];
        var rules = new ImmutableArray<string>[results.All(result => result.Entry!.Rules.IsEmpty) ? 0 : rows];
        var partOfRow = new int[rows];
        for (var i = 0; i < results.Count; i++)
        {
            var (batch, entry, prediction) = (results[i].Batch, results[i].Entry!, results[i].Inferred.Result!.Prediction!);
            for (var own = 0; own < batch.Rows.Length; own++)
            {
                var row = batch.Rows[own];
                ids[row] = batch.QueryIds[own];
                prediction.Row(own).CopyTo(scores.AsSpan(row * first.Width));
                if (labels.Length > 0)
                    labels[row] = prediction.Labels.Span[own];
                if (rules.Length > 0)
                    rules[row] = entry.Rules.IsEmpty ? [] : entry.Rules[own];
                partOfRow[row] = i;
            }
        }

        List<AnswerPart> parts = [.. results.Select(result => ToAnswerPart(plan, result.Batch))];
        return new Answer
        {
            Project = plan.Plan.Project,
            Generation = parts.TrueForAll(part => part.Generation == parts[0].Generation) ? parts[0].Generation : null,
            QueryIds = ImmutableCollectionsMarshal.AsImmutableArray(ids),
            Prediction = new Prediction { Classes = first.Classes, Scores = scores, Labels = labels },
            Rules = ImmutableCollectionsMarshal.AsImmutableArray(rules),
            Parts = [.. parts],
            PartOfRow = ImmutableCollectionsMarshal.AsImmutableArray(partOfRow),
        };
    }

    private static AnswerPart ToAnswerPart(ActivePlan plan, ArmBatch batch)
    {
        var arm = plan.Arms[batch.Arm].Arm;
        return batch.InsteadOf is { } instead
            ? new AnswerPart(arm.Generation, arm.Name, plan.Arms[instead.Batch.Arm].Arm.Name, instead.Error!.Message)
            : new AnswerPart(arm.Generation, arm.Name, null, null);
    }
}
