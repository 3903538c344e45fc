using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations.Replays;

/// <summary>A logged query by rows, asked again of the generation that answered it.</summary>
internal sealed class ReplayRun : IDisposable
{
    private readonly QueryRows rows;

    private ReplayRun(QueryRows rows) => this.rows = rows;

    /// <summary>The row as the model was given it, or would have been.</summary>
    public FeatureBatchBuilder Features => rows.Features;

    /// <summary>What the model itself says; null: a rule before it answered.</summary>
    public Prediction? OfModel { get; private set; }

    /// <summary>The answer after all rules.</summary>
    public ModelAnswer Answer { get; private set; } = new();

    /// <summary>The names of the rules that fired, in their order.</summary>
    public ImmutableArray<string> Rules { get; private set; } = [];

    /// <summary>What a reader should know of how it was asked again.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Asks again.</summary>
    /// <exception cref="ReplayException">The record does not hold what was asked.</exception>
    /// <exception cref="ModelException">The model fails.</exception>
    /// <param name="request">All rows of its request, for a model that gives a row other bits among others; null: it does not.</param>
    /// <param name="index">The record's place among them.</param>
    public static ReplayRun Start(
        ReplayGeneration generation, QueryRecord record, ModelRunner model, IReadOnlyList<QueryRecord>? request = null, int index = 0)
    {
        RequireKept(generation.Manifest, record);
        var run = new ReplayRun(ReplayRows.ReadGiven(generation.Schema, record));
        try
        {
            run.Ask(generation, record, record.Rules, except => run.Predict(generation, model, except, request, index));
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <exception cref="ReplayException">The query failed, or a part of it was not kept.</exception>
    public static void RequireKept(Manifest manifest, QueryRecord record)
    {
        if (!record.IsAnswered)
            throw new ReplayException($"The query was not answered, it failed: {record.Error}");
        if (!record.HasFields)
            throw new ReplayException(
                "The query's fields were not kept: the manifest keeps those of a part of the queries (serving.log_sample).");
        var redacted = manifest.Serving.Redact.ToHashSet(StringComparer.Ordinal);
        if (manifest.Features.FirstOrDefault(feature => redacted.Contains(feature.Name)) is { } feature)
            throw new ReplayException($"The value of the feature '{feature.Name}' was not kept (serving.redact).");
        var read = manifest.Rules.SelectMany(
            rule => rule.Expressions.SelectMany(SqlParameters.Names).Select(name => (rule.Name, Field: name)));
        if (read.FirstOrDefault(pair => redacted.Contains(pair.Field)) is { Name: { } rule } pair)
            throw new ReplayException($"Rule '{rule}' reads the field '{pair.Field}', whose value was not kept (serving.redact).");
    }

    public void Dispose() => rows.Dispose();

    private void Ask(
        ReplayGeneration generation, QueryRecord record, IReadOnlyList<string> recorded, Func<ReadOnlyMemory<bool>, Prediction> predict)
    {
        if (generation.Rules is null)
        {
            OfModel = predict(default);
            Answer = new ModelAnswer { Prediction = OfModel };
            return;
        }

        NoteTime(generation.Manifest);
        var rules = BeginRules(generation, record, recorded);
        if (rules.NeedsModel)
            OfModel = predict(rules.Answered);
        Answer = rules.After(new ModelAnswer { Prediction = OfModel });
        Rules = rules.Fired is [var fired, ..] ? fired : [];
    }

    /// <summary>The row in the very run in which it was: alone, or among the others of its request.</summary>
    private Prediction Predict(
        ReplayGeneration generation, ModelRunner model, ReadOnlyMemory<bool> except, IReadOnlyList<QueryRecord>? request, int index)
    {
        if (request is null or { Count: 1 })
            return model.Predict(Features, except);
        if (request.Any(other => other.Fields is null))
        {
            Notes.Add(
                "The model gives a row other bits among others, and those of its request were not all kept (serving.log_sample): it was "
                    + "asked alone.");
            return model.Predict(Features, except);
        }

        var answering = generation.Manifest.Rules.Where(rule => rule.At == RulePosition.Before && rule.Then.Answer is not null)
            .Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        var batch = new FeatureBatchBuilder(generation.Manifest.Features, request.Count);
        var place = 0;
        for (var i = 0; i < request.Count; i++)
        {
            if (request[i].Rules.Any(answering.Contains))
                continue;
            using var given = ReplayRows.ReadGiven(generation.Schema, request[i]);
            var row = batch.AddRow();
            place = i == index ? row : place;
            for (var column = 0; column < batch.Columns.Count; column++)
                batch.Columns[column].CopyFrom(given.Features.Columns[column], 0, row);
        }

        var prediction = model.Predict(batch);
        return prediction with
        {
            Scores = prediction.Row(place).ToArray(),
            Labels = prediction.Labels.IsEmpty ? default : prediction.Labels.Slice(place, 1),
        };
    }

    /// <summary>The rules before the model: in earnest where the row before them is known, and else as the record says.</summary>
    private RuledRows BeginRules(ReplayGeneration generation, QueryRecord record, IReadOnlyList<string> recorded)
    {
        var before = generation.Manifest.Rules.Where(rule => rule.At == RulePosition.Before).Select(rule => rule.Name)
            .ToHashSet(StringComparer.Ordinal);
        var firedBefore = recorded.Where(before.Contains).ToList();
        using (var given = ReplayRows.ReadBefore(generation.Schema, record))
        {
            var rehearsal = generation.Rules!.Begin(given);
            if (rehearsal.Before() is null && (rehearsal.Fired is [var fired, ..] ? fired : []).SequenceEqual(firedBefore) && IsSame(given))
                return Recorded(generation, firedBefore);
        }

        Notes.Add(
            "The rules before the model were taken as the log has them: from what it kept of the row before them they would not do the "
            + "same again " +
            "(a rule replaced a value that augmentation had found, or depends on the time).");
        return Recorded(generation, firedBefore);
    }

    private RuledRows Recorded(ReplayGeneration generation, List<string> fired)
    {
        var rules = generation.Rules!.Begin(rows);
        return rules.BeforeAsRecorded(fired) is { } problem ? throw new ReplayException(problem) : rules;
    }

    private bool IsSame(QueryRows other)
    {
        for (var i = 0; i < Features.Columns.Count; i++)
        {
            if (!Features.Columns[i].IsSame(0, other.Features.Columns[i], 0))
                return false;
        }

        return true;
    }

    private void NoteTime(Manifest manifest)
    {
        if (manifest.Rules.Where(rule => rule.Expressions.Any(ReplayTime.IsOfNow)).Select(rule => $"'{rule.Name}'")
            .ToList() is { Count: > 0 } timed)
            Notes.Add(
                $"{(timed.Count == 1 ? "Rule" : "Rules")} {string.Join(", ", timed)} may depend on the time of asking ('now'), which is "
                    + "another one.");
    }
}
