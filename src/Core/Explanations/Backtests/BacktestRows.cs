using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations.Backtests;

/// <summary>
/// Asks a generation logged queries that another one may have answered: the fields that the client gave, the features that augmentation
/// found then, and the generation's own rules and model. No feed is asked.
/// </summary>
internal sealed class BacktestRows(ReplayGeneration generation, ModelRunner model)
{
    private readonly IReadOnlyList<string> _ruleFields =
    [
        .. generation.Manifest.Rules.SelectMany(rule => rule.Expressions).SelectMany(SqlParameters.Names)
            .Where(generation.Schema.Extras.Contains).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Asks queries, together where nothing is in the way of that.</summary>
    /// <returns>For each the answer of the generation, or why there is none.</returns>
    /// <exception cref="ModelException">The model fails.</exception>
    public (Prediction? Prediction, string? Problem)[] Ask(IReadOnlyList<QueryRecord> records)
    {
        var answers = new (Prediction? Prediction, string? Problem)[records.Count];
        using var rows = generation.Schema.Rent();
        var places = new List<int>(records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            if (Lack(records[i]) is { } lack)
            {
                answers[i] = (null, lack);
                continue;
            }

            places.Add(i);
            Add(rows, records[i]);
        }

        if (places.Count == 0)
            return answers;
        if (Run(rows) is var (prediction, problem) && problem is null)
        {
            for (var row = 0; row < places.Count; row++)
                answers[places[row]] = (RowOf(prediction!, row), null);
        }
        else if (places.Count == 1)
        {
            answers[places[0]] = (null, problem);
        }
        else
        {
            // A query that is refused is refused alone.
            foreach (var place in places)
                answers[place] = Ask([records[place]])[0];
        }

        return answers;
    }

    private static Prediction RowOf(Prediction prediction, int row) => prediction with
    {
        Scores = prediction.Row(row).ToArray(),
        Labels = prediction.Labels.IsEmpty ? default : prediction.Labels.Slice(row, 1),
    };

    /// <summary>What the log did not keep of what the generation takes; null: nothing.</summary>
    private string? Lack(QueryRecord record)
    {
        foreach (var feature in generation.Manifest.Features)
        {
            if (!record.Fields!.ContainsKey(feature.Name) && record.Augmented?.ContainsKey(feature.Name) is not true)
                return $"'{feature.Name}' was not logged";
        }

        return _ruleFields.FirstOrDefault(name => !record.Fields!.ContainsKey(name)) is { } missing
            ? $"'{missing}', which a rule reads, was not logged"
            : null;
    }

    private static void Add(QueryRows rows, QueryRecord record)
    {
        var row = rows.AddRow();
        foreach (var column in rows.Features.Columns)
        {
            var name = column.Feature.Name;
            object? value = null;
            if (!record.Fields!.TryGetValue(name, out value) && record.Augmented!.TryGetValue(name, out value))
                column.MarkAugmented(row);
            if (value is null)
                continue;
            if (Set(column, row, value) is { } problem)
                rows.Features.Refuse(row, name, problem);
        }

        for (var i = 0; i < rows.Schema.Extras.Count; i++)
        {
            if (record.Fields!.TryGetValue(rows.Schema.Extras[i], out var extra))
                rows.SetExtra(row, i, extra);
        }
    }

    /// <summary>Sets a value by the schema as serving would; a float keeps its bits.</summary>
    private static string? Set(FeatureColumn column, int row, object value)
    {
        if (value is not float number)
            return column.Set(row, value);
        var problem = column.Set(row, column.Feature.Type is FeatureType.Float ? ShortestDouble.Of(number) : value);
        if (problem is null && column.Feature.Type is FeatureType.Float)
            column.Restore(row, value);
        return problem;
    }

    private (Prediction? Prediction, string? Problem) Run(QueryRows rows)
    {
        if (rows.Features.Errors is [var misfit, ..])
            return (null, $"'{misfit.Field}' does not fit the schema of the generation");
        var rules = generation.Rules?.Begin(rows);
        if (rules?.Before() is { } refused)
            return (null, Describe(refused));
        rows.Features.CheckMissing(rules is null ? default : rules.Answered.Span);
        if (rows.Features.Errors is [var missing, ..])
            return (null, $"'{missing.Field}' is missing, or does not fit the schema of the generation");
        var answer = new ModelAnswer
        {
            Prediction = rules is { NeedsModel: false } ? null : model.Predict(rows.Features, rules?.Answered ?? default),
        };
        if (rules is not null)
            answer = rules.After(answer);
        return answer.Error is { } error ? (null, Describe(error)) : (answer.Prediction, null);
    }

    private static string Describe(ServingError error) => error.Fields is [{ Field: var field }, ..]
        ? $"the generation refuses it ({field})"
        : $"a rule of the generation failed on it ({error.Kind})";
}
