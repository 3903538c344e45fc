using Progeny.Abstractions.Explanations;
using Progeny.Abstractions.Queries;
using Progeny.Core.Explanations.Replays;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Explanations;

/// <summary>Explains predictions of past queries.</summary>
public static class Explainer
{
    /// <summary>On how many rows the model is run for one explanation, a few aside.</summary>
    public const int MaxEvaluations = 65_536;

    private const int Batch = 512;

    /// <summary>
    /// So near to what the model says an explanation adds up, of a number relative to it, unless one along the trees was asked for.
    /// </summary>
    private const double Nearness = 1e-6;

    // A model that is run row by row is that much slower.
    private const int Slower = 32;

    /// <summary>Explains the prediction that a generation made of a logged query.</summary>
    /// <param name="model">The generation's model.</param>
    /// <param name="bytes">Its file.</param>
    /// <param name="background">The rows to compare with; one at least.</param>
    /// <param name="soon">When a sampled explanation makes do with what it has.</param>
    /// <param name="cancellationToken">Ends it without a result.</param>
    /// <exception cref="ReplayException">The record does not hold what was asked, or the request cannot be met.</exception>
    /// <exception cref="ModelException">The model fails.</exception>
    public static Explanation Explain(
        ReplayGeneration generation,
        QueryRecord record,
        ModelRunner model,
        byte[] bytes,
        Background background,
        ExplanationRequest request,
        CancellationToken soon,
        CancellationToken cancellationToken)
    {
        var manifest = generation.Manifest;
        if (manifest.Features.Count == 0)
            throw new ReplayException("The project declares no features, so a prediction has no parts that could be told apart.");
        using var run = ReplayRun.Start(generation, record, model);
        if (run.OfModel is not { } prediction)
            return new Explanation
            {
                Method = ExplanationMethod.Rule,
                Space = "rule",
                Rules = run.Rules,
                Notes = [.. run.Notes, $"The rule '{run.Rules[^1]}' answered before the model."],
            };
        if (background.Rows.Rows == 0)
            throw new ReplayException(
                "There are no rows to compare the query with: none were kept with the generation, and the log has none.");

        var score = ScoreOf(prediction, request.Class);
        var independent = BatchProbe.RowsAreIndependent(model, manifest);
        var most = independent ? MaxEvaluations : MaxEvaluations / Slower;
        var rows = new HybridRows(model, run.Features, background.Rows, score, independent ? Batch : 1, cancellationToken);
        var (method, space, values, ofModel) = Compute(
            generation, run, model, bytes, background, request, rows, most, score, soon, cancellationToken);
        return new Explanation
        {
            Method = method,
            Space = space,
            Class = prediction.Classes.IsEmpty ? null : prediction.Classes[score],
            BaseValue = values.Base,
            Value = values.Value,
            Rounding = ofModel - values.Value,
            Contributions = [.. Contributions(run, record, values).OrderByDescending(contribution => Math.Abs(contribution.Amount))],
            BackgroundRows = background.Rows.Rows,
            BackgroundSource = background.Source,
            Evaluations = rows.Evaluations,
            Samples = values.Samples,
            OfModel = prediction,
            Rules = run.Rules,
            Notes = NotesOf(run, record),
        };
    }

    private static (ExplanationMethod Method, string Space, ShapleyValues Values, double OfModel) Compute(
        ReplayGeneration generation,
        ReplayRun run,
        ModelRunner model,
        byte[] bytes,
        Background background,
        ExplanationRequest request,
        HybridRows rows,
        int most,
        int score,
        CancellationToken soon, CancellationToken cancellationToken)
    {
        var features = generation.Manifest.Features.Count;
        var space = run.OfModel!.Classes.IsEmpty ? "value" : "probability";
        double prediction = run.OfModel.Row(0)[score];
        if (request.Method is null or ExplanationMethod.Enumeration)
        {
            var cost = CoalitionEnumeration.Cost(rows);
            if (cost <= most)
                return (ExplanationMethod.Enumeration, space, CoalitionEnumeration.Compute(rows, features), prediction);
            if (request.Method is not null)
                throw new ReplayException(
                    FormattableString.Invariant(
                        $"Enumeration would run the model on {cost:G3} rows; at most {most} are allowed. Ask for 'trees' or 'sampling'."));
        }

        if (request.Method is null or ExplanationMethod.Trees)
        {
            if (OfTrees(generation, run, model, bytes, background, score, cancellationToken) is var (ofTrees, values, ofModel)
                && (request.Method is not null || Math.Abs(ofModel - values.Value) <= Nearness * Math.Max(1, Math.Abs(ofModel))))
                return (ExplanationMethod.Trees, ofTrees, values, ofModel);
            if (request.Method is not null)
                throw new ReplayException(
                    "The model is no sum of trees as the built-in trainer writes them; ask for 'enumeration' or 'sampling'.");
        }

        var sampled = PermutationSampling.Compute(
            rows, features, most, new Random(generation.Manifest.Pipeline.Seed), () => soon.IsCancellationRequested);
        return (ExplanationMethod.Sampling, space, sampled, prediction);
    }

    private static (string Space, ShapleyValues Values, double OfModel)? OfTrees(
        ReplayGeneration generation,
        ReplayRun run,
        ModelRunner model,
        byte[] bytes,
        Background background,
        int score,
        CancellationToken cancellationToken)
    {
        var manifest = generation.Manifest;
        var output = PredictionOutput.Choose(manifest.Serving.Output, run.OfModel!.Classes.IsEmpty, model.Outputs, others: []).Name;
        if (TreeExplainer.TryCreate(bytes, output) is not var (trees, parsed)
            || trees.Explain(
                parsed, manifest, output, run.Features, background.Rows, score, cancellationToken) is not var (values, ofModel))
            return null;
        return (trees.Space, values, ofModel);
    }

    private static int ScoreOf(Prediction prediction, string? named)
    {
        if (prediction.Classes.IsEmpty)
            return named is null
                ? 0
                : throw new ReplayException("The project predicts a number, so there is no class to explain; leave it out.");
        if (named is null)
            return prediction.Labels.Span[0];
        return prediction.Classes.IndexOf(named) is var index and >= 0
            ? index
            : throw new ReplayException($"There is no class '{named}'; the classes are {string.Join(", ", prediction.Classes)}.");
    }

    private static IEnumerable<Contribution> Contributions(ReplayRun run, QueryRecord record, ShapleyValues values)
    {
        var columns = run.Features.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            var from = !columns[i].IsAugmented(0) ? "query" : record.Fields!.ContainsKey(columns[i].Feature.Name) ? "rule" : "augmentation";
            yield return new Contribution(columns[i].Feature.Name, columns[i].Get(0), from, values.Amounts[i], values.StandardErrors?[i]);
        }
    }

    private static List<string> NotesOf(ReplayRun run, QueryRecord record)
    {
        List<string> notes = [.. run.Notes];
        if (run.Answer.Prediction is { } answered && QueryRecordJson.Prediction(answered) != QueryRecordJson.Prediction(run.OfModel!))
        {
            notes.Add($"A rule behind the model changed the answer to {QueryRecordJson.Prediction(record)}; " +
                "what is explained is the model's own prediction.");
        }
        return notes;
    }
}
