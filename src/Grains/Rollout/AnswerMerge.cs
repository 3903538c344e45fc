using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Progeny.Abstractions.Serving;
using Progeny.Core.Rollout;
using Progeny.Core.Serving;
using Progeny.Grains.Serving;

namespace Progeny.Grains.Rollout;

/// <summary>Makes one answer, in the order of the rows, of what the arms made of their parts; logs them.</summary>
internal static class AnswerMerge
{
    public static async ValueTask<Answer> MergeAsync(ActivePlan plan, IReadOnlyList<QueryPart> parts, QueryAnswers answers)
    {
        if (Wrong(parts) is { } wrong)
            return Answer.Refuse(wrong);
        if (parts.FirstOrDefault(part => part.Error is not null) is { } failed)
        {
            foreach (var part in parts.Where(part => part is { Error: not null, Entry: not null }))
                await answers.LogAsync(part.Entry!);
            return Answer.Refuse(failed.InQuery(failed.Error!));
        }

        var logged = true;
        foreach (var part in parts)
        {
            if (part.InsteadOf is { Entry: { } entry } instead)
                await answers.LogAsync(entry with { Reason = Reasons.Failed, QueryIds = QueryPart.IdsBeside(entry.QueryIds, plan.Arms[instead.Arm].Arm.Name) });
            logged &= await answers.LogAsync(part.Entry!);
        }

        return !logged ? Answer.Refuse(QueryAnswers.NotLogged)
            : parts is [var only] ? OfOne(plan, only)
            : OfSeveral(plan, parts);
    }

    /// <summary>What is wrong with the query, by all arms that read of it; null: nothing.</summary>
    private static ServingError? Wrong(IReadOnlyList<QueryPart> parts)
    {
        List<QueryPart> refused = [.. parts.Where(part => part is { Error: not null, CanFallBack: false })];
        if (refused.Count == 0)
            return null;
        var fields = refused.SelectMany(part => part.InQuery(part.Error!).Fields).OrderBy(field => field.Row).Take(FeatureBatchBuilder.MostErrors);
        return refused[0].Error! with { Fields = [.. fields] };
    }

    private static Answer OfOne(ActivePlan plan, QueryPart part) => new()
    {
        Project = plan.Plan.Project,
        Generation = part.Entry!.Served.Reference,
        QueryIds = part.Entry.QueryIds,
        Prediction = part.Result!.Prediction,
        Outputs = part.Result.Outputs,
        Rules = part.Entry.Rules,
        Parts = part.InsteadOf is null ? [] : [ToAnswerPart(plan, part)],
    };

    private static Answer OfSeveral(ActivePlan plan, IReadOnlyList<QueryPart> parts)
    {
        var rows = parts.Sum(part => part.Rows.Length);
        var first = parts[0].Result!.Prediction!;
        var ids = new string[rows];
        var scores = new float[rows * first.Width];
        var labels = new int[first.Labels.IsEmpty ? 0 : rows];
        var rules = new ImmutableArray<string>[parts.All(part => part.Entry!.Rules.IsEmpty) ? 0 : rows];
        var partOfRow = new int[rows];
        for (var i = 0; i < parts.Count; i++)
        {
            var (part, prediction) = (parts[i], parts[i].Result!.Prediction!);
            for (var own = 0; own < part.Rows.Length; own++)
            {
                var row = part.Rows[own];
                ids[row] = part.QueryIds[own];
                prediction.Row(own).CopyTo(scores.AsSpan(row * first.Width));
                if (labels.Length > 0)
                    labels[row] = prediction.Labels.Span[own];
                if (rules.Length > 0)
                    rules[row] = part.Entry!.Rules.IsEmpty ? [] : part.Entry.Rules[own];
                partOfRow[row] = i;
            }
        }

        List<AnswerPart> told = [.. parts.Select(part => ToAnswerPart(plan, part))];
        return new Answer
        {
            Project = plan.Plan.Project,
            Generation = told.TrueForAll(part => part.Generation == told[0].Generation) ? told[0].Generation : null,
            QueryIds = ImmutableCollectionsMarshal.AsImmutableArray(ids),
            Prediction = new Prediction { Classes = first.Classes, Scores = scores, Labels = labels },
            Rules = ImmutableCollectionsMarshal.AsImmutableArray(rules),
            Parts = [.. told],
            PartOfRow = ImmutableCollectionsMarshal.AsImmutableArray(partOfRow),
        };
    }

    private static AnswerPart ToAnswerPart(ActivePlan plan, QueryPart part)
    {
        var arm = plan.Arms[part.Arm];
        return part.InsteadOf is { } instead
            ? new AnswerPart(arm.Arm.Generation, arm.Arm.Name, plan.Arms[instead.Arm].Arm.Name, instead.Error!.Message)
            : new AnswerPart(arm.Arm.Generation, arm.Arm.Name, null, null);
    }
}
