using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training;

/// <summary>
/// What a model must pass before it becomes a generation: all its data are in it, it loads, its inputs and output fit the schema, it runs
/// on rows of the data, one or many at once, its classes are the manifest's, and it predicts what its trainer says it does.
/// </summary>
public static class ModelAcceptance
{
    /// <summary>
    /// How far a prediction may be from the trainer's: of a probability; of a regression's value, times its size above 1.
    /// </summary>
    public const double Tolerance = 1e-5;

    /// <summary>How far the probabilities of a row may be from a sum of 1.</summary>
    public const double SumTolerance = 1e-3;

    private const int SampleRows = 1000;

    /// <summary>Loads a model and holds it to all this. The caller disposes it.</summary>
    /// <param name="model">The path of the ONNX file.</param>
    /// <param name="manifest">What the model must fit.</param>
    /// <param name="data">A <c>data.csv</c> whose first rows are the sample; null: one made-up row.</param>
    /// <param name="predictions">
    /// The trainer's own predictions of the first rows of <paramref name="data"/>: a CSV file with a column for each class, or
    /// <c>value</c>; a file that is not there is nothing to compare with.
    /// </param>
    /// <param name="watchdog">Stops runs that take too long; null: that of programs that are no nodes.</param>
    /// <exception cref="TrainingFailedException">In stage acceptance; the message names the row and both values where they
    /// differ.</exception>
    public static async Task<ModelRunner> AcceptAsync(
        string model,
        Manifest manifest,
        string? data,
        string? predictions,
        CancellationToken cancellationToken,
        ModelWatchdog? watchdog = null)
    {
        if (!File.Exists(model))
            throw Refused($"There is no {Path.GetFileName(model)}: the trainer must leave its model in that file.");
        ModelRunner? runner = null;
        try
        {
            var bytes = await File.ReadAllBytesAsync(model, cancellationToken);
            var parsed = OnnxTensors.TryParse(bytes) ?? throw new ModelException("The model cannot be loaded: it is no ONNX file.");
            if ((ExternalData.Problem(parsed) ?? ModelOperators.Problem(parsed) ?? EmptyLoops.Problem(parsed)) is { } problem)
                throw new ModelException(problem);
            runner = ModelRunner.Load(bytes, manifest, watchdog);
            if (manifest.Features.Count > 0)
            {
                var sample = data is null
                    ? [ModelRows.Predict(runner, MadeUpRow(manifest))]
                    : await SampleAsync(runner, manifest, data, cancellationToken);
                CheckProbabilities(sample);
                ClassCheck.Run(
                    parsed, runner, manifest, data is null ? [] : await ModelRows.ReadAsync(manifest, data, SampleRows, cancellationToken));
                if (predictions is not null && File.Exists(predictions))
                    await CompareAsync(sample, manifest, predictions, cancellationToken);
            }

            return runner;
        }
        catch (ModelException exception)
        {
            runner?.Dispose();
            throw Refused(exception.Message, exception);
        }
        catch
        {
            runner?.Dispose();
            throw;
        }
    }

    private static async Task<List<Prediction>> SampleAsync(
        ModelRunner runner, Manifest manifest, string data, CancellationToken cancellationToken)
    {
        var sample = new List<Prediction>();
        await foreach (var (prediction, _) in ModelRows.PredictAsync(runner, manifest, data, SampleRows, cancellationToken))
            sample.Add(prediction);
        var single = manifest with { Serving = manifest.Serving with { MaxBatch = 1 } };
        await foreach (var (alone, _) in ModelRows.PredictAsync(runner, single, data, 1, cancellationToken))
        {
            for (var i = 0; i < alone.Width; i++)
            {
                if (Differ(alone.Row(0)[i], sample[0].Row(0)[i], manifest))
                    throw Refused(
                        $"The model predicts {Text(alone.Row(0)[i])} for the first row alone and {Text(sample[0].Row(0)[i])} for it among "
                            + "others.");
            }
        }

        return sample;
    }

    /// <summary>A row that fits the schema.</summary>
    internal static FeatureBatchBuilder MadeUpRow(Manifest manifest)
    {
        var batch = new FeatureBatchBuilder(manifest.Features);
        batch.Add([.. manifest.Features.Select(feature => feature switch
        {
            { Nullable: true } => null,
            { Type: FeatureType.Float } => feature.Min ?? Math.Min(0, feature.Max ?? 0),
            { Type: FeatureType.Int } => (long)Math.Ceiling(feature.Min ?? Math.Min(0, Math.Floor(feature.Max ?? 0))),
            { Type: FeatureType.Bool } => false,
            _ => (object)(feature.Values?[0] ?? "a"),
        })]);
        return batch;
    }

    private static void CheckProbabilities(List<Prediction> sample)
    {
        var number = 0;
        foreach (var prediction in sample.Where(prediction => prediction.Classes.Length > 0))
        {
            for (var row = 0; row < prediction.Rows; row++)
            {
                number++;
                var sum = 0.0;
                foreach (var probability in prediction.Row(row))
                {
                    if (probability is < (float)-Tolerance or > (float)(1 + Tolerance))
                        throw Refused(
                            $"The model predicts {Text(probability)} for row {number}; a probability from 0 to 1 would be right.");
                    sum += probability;
                }

                if (Math.Abs(sum - 1) > SumTolerance)
                    throw Refused($"The probabilities that the model predicts for row {number} add up to {Text(sum)}; 1 would be right.");
            }
        }
    }

    private static async Task CompareAsync(
        List<Prediction> sample, Manifest manifest, string predictions, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(predictions);
        IReadOnlyList<string> wanted = manifest.Task is MachineLearningTask.Regression ? ["value"] : manifest.Label!.Classes;
        await using var csv = TrainingDataReader.Open(predictions);
        await csv.ReadHeaderAsync(cancellationToken);
        List<string> header = [.. csv.Headers];
        int[] columns = [.. wanted.Select(column => header.IndexOf(column))];
        if (columns.Contains(-1))
            throw Refused($"{name} has the columns {string.Join(", ", header)}; {string.Join(", ", wanted)} would be right.");

        var rows = sample.SelectMany(prediction => Enumerable.Range(0, prediction.Rows).Select(row => prediction.Row(row).ToArray()));
        var number = 0;
        foreach (var row in rows)
        {
            if (!await csv.ReadAsync(cancellationToken))
                return;
            number++;
            for (var i = 0; i < columns.Length; i++)
            {
                var text = csv.FieldCount > columns[i] ? csv.GetString(columns[i]) : "";
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var expected))
                    throw Refused($"{name}, row {number}, column '{wanted[i]}': '{text}' is not a number.");
                if (Differ(row[i], expected, manifest))
                {
                    throw Refused(
                        $"The model does not predict what its trainer does: row {number}, '{wanted[i]}': the model says {Text(row[i])}, "
                        + $"the trainer {Text(expected)} ({name}); they may be {Text(Tolerance)} apart.");
                }
            }
        }
    }

    private static bool Differ(double seen, double expected, Manifest manifest) =>
        !(Math.Abs(seen - expected) <= Tolerance * (manifest.Task is MachineLearningTask.Regression ? Math.Max(1, Math.Abs(expected)) : 1));

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static TrainingFailedException Refused(string message, Exception? inner = null) =>
        new(TrainingStage.Acceptance, message, inner: inner);
}
