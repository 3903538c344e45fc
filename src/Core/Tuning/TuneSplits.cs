using System.Globalization;
using CsvHelper;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tuning;

/// <summary>
/// The rows of a search, split as the project's evaluation splits them, once for all trials; in time order always such that what is held
/// out comes after what is trained on.
/// </summary>
internal static class TuneSplits
{
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Writes the splits: one for a hold-out, otherwise one a fold, or in time order one for each part but the first. The one with the most
    /// rows is the first.
    /// </summary>
    public static async Task<IReadOnlyList<Split>> WriteAsync(
        TrainingData data, Manifest manifest, string folder, CancellationToken cancellationToken)
    {
        var schema = TrainerSchema.From(manifest);
        var (evaluation, seed) = (manifest.Evaluation, manifest.Pipeline.Seed);
        var folds = evaluation.Method is EvaluationMethod.KFold ? evaluation.Folds : 1;
        var splits = new List<Split>();
        // In time order no part stands before the first.
        var last = folds > 1 && schema.Ordinal is not null ? 1 : 0;
        for (var fold = folds - 1; fold >= last; fold--)
        {
            var train = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"train-{fold}.csv"));
            var evaluate = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"evaluate-{fold}.csv"));
            var split = folds == 1
                ? await DataSplit.HoldoutAsync(data, schema, evaluation.Fraction, seed, train, evaluate, cancellationToken)
                : schema.Ordinal is { } ordinal
                    ? await DataSplit.WindowAsync(data, ordinal, fold, folds, train, evaluate, cancellationToken)
                    : await DataSplit.FoldAsync(data, fold, folds, seed, train, evaluate, cancellationToken);
            splits.Add(new Split(train, evaluate, split.TrainRows));
        }

        return splits;
    }

    /// <summary>Writes the last rows to train on of a split to a file, with the header.</summary>
    /// <returns>How many.</returns>
    public static async Task<long> TakeLastAsync(Split split, long rows, string file, CancellationToken cancellationToken)
    {
        if (rows >= split.Rows)
        {
            File.Copy(split.Train, file, overwrite: true);
            return split.Rows;
        }

        await using var csv = TrainingDataReader.Open(split.Train);
        await using var taken = File.Create(file, BufferSize);
        await csv.ReadHeaderAsync(cancellationToken);
        await using (var header = CsvWriter.Create(taken, TrainingDataWriter.Format, leaveOpen: true))
            await header.WriteRecordAsync([.. csv.Headers], cancellationToken);
        for (var row = 0L; await csv.ReadAsync(cancellationToken); row++)
        {
            if (row < split.Rows - rows)
                continue;
            taken.Write(csv.RawRecord);
            taken.WriteByte((byte)'\n');
        }

        return rows;
    }

    /// <param name="Train">The file of the rows to train on.</param>
    /// <param name="Evaluate">The file of the rows held out.</param>
    /// <param name="Rows">How many there are to train on.</param>
    internal sealed record Split(string Train, string Evaluate, long Rows);
}
