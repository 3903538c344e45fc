using System.IO.Hashing;
using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Evaluation;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations.Backtests;

/// <summary>Asks a generation all logged queries of a period whose outcome is known, and compares its losses with those served.</summary>
public sealed class BacktestRun(IAnsweredQueries queries, TimeProvider time)
{
    /// <summary>One minus the confidence of the intervals.</summary>
    public const double Alpha = 0.05;

    private const int RowsAtOnce = 512;
    private const int Places = 1 << 16;
    private const string NotServed = "what was served cannot be measured by the generation's classes and this outcome";
    private const string NotAnswered = "the answer of the generation cannot be measured by this outcome";

    /// <summary>Runs it. Memory grows with the number of queries by a few bytes each: where they lie.</summary>
    /// <param name="onRows">Told how many of how many queries were asked; may be null.</param>
    /// <exception cref="ModelException">The model fails.</exception>
    public async Task<BacktestReport> RunAsync(
        ReplayGeneration generation,
        LoadedModel model,
        MetricSet metrics,
        BacktestRequest request,
        IProgress<(long Done, long All)>? onRows,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(request);
        var at = time.GetUtcNow();
        var found = await queries.FindAsync(
            new AnsweredRequest
            {
                Project = request.Project,
                To = await queries.GetEndAsync(cancellationToken),
                Projection = new QueryProjection([], new HashSet<string>()),
                FromAt = request.From,
                UntilAt = request.To,
            },
            cancellationToken);
        var leftOut = found.Skipped.ToDictionary(StringComparer.Ordinal);
        var overall = new PairedLosses(Places);
        var groups = new BacktestGroups(request.Groups);
        var rows = new BacktestRows(generation, model.Runner);
        var isByEntity = false;
        var done = 0L;
        await foreach (var part in queries.ReadRecordsAsync(found, cancellationToken))
        {
            foreach (var batch in part.Chunk(model.RowsAreIndependent ? RowsAtOnce : 1))
            {
                var answers = await model.Runs.RunApartAsync(
                    () => rows.Ask([.. batch.Select(query => query.Record)]), cancellationToken);
                for (var i = 0; i < batch.Length; i++)
                    Compare(batch[i], answers[i].Prediction, answers[i].Problem);
                onRows?.Report((done += batch.Length, found.Keys.Count));
            }
        }

        return new BacktestReport
        {
            Generation = generation.Generation.Reference,
            At = at,
            JobId = request.JobId,
            From = request.From,
            To = request.To,
            Confidence = 1 - Alpha,
            IsByEntity = isByEntity,
            Overall = overall.Measure(Alpha),
            Groups = groups.Measure(Alpha),
            LeftOut = leftOut,
            Notes = Notes(generation.Manifest, model),
        };

        void Compare(AnsweredRecord query, Prediction? prediction, string? problem)
        {
            var record = query.Record;
            var served = metrics.LossOf(record.Prediction, query.Outcome);
            var own = prediction is null ? null : metrics.LossOf(prediction, query.Outcome);
            problem ??= served is null ? NotServed : own is null ? NotAnswered : null;
            if (problem is not null)
            {
                leftOut[problem] = leftOut.GetValueOrDefault(problem) + 1;
                return;
            }

            isByEntity |= record.Entity is not null;
            var cluster = record.Entity is { } entity ? Hash(entity) : Hash($"query {record.QueryId}");
            overall.Add(cluster, served!.Value, own!.Value);
            groups.Add(record, cluster, served.Value, own.Value);
        }
    }

    private static ulong Hash(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));

    private static List<string> Notes(Manifest manifest, LoadedModel model)
    {
        var notes = new List<string>();
        if (!model.RowsAreIndependent)
            notes.Add("The model gives a row other bits among others: each query was asked alone.");
        if (manifest.Augment.Count > 0)
            notes.Add("Features that are augmented are those that the log has; no feed was asked.");
        if (manifest.Rules.Any(rule => rule.Expressions.Any(ReplayTime.IsOfNow)))
            notes.Add("A rule may depend on the time of asking ('now'), which is another one.");
        return notes;
    }
}
