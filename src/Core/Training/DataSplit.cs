using CsvHelper;

namespace Progeny.Core.Training;

/// <summary>The rows of a <c>data.csv</c>, parted into those to train on and those to evaluate on.</summary>
/// <param name="TrainRows">The rows written to the file to train on.</param>
/// <param name="EvaluateRows">The rows written to the file to evaluate on.</param>
public sealed record DataSplit(long TrainRows, long EvaluateRows)
{
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Holds out a share of the rows: the last with an ordinal, where rows of one moment stay together and the cut moves behind them, or
    /// before them where nothing would be left; without one as many by chance.
    /// </summary>
    /// <param name="data">The rows, in time order where the schema has an ordinal.</param>
    /// <param name="schema">Names the ordinal.</param>
    /// <param name="fraction">The share held out, above 0 and below 1.</param>
    /// <param name="seed">Of the chance; the same seed parts the same rows in the same way.</param>
    /// <param name="trainFile">Written: the rows to train on, with the header.</param>
    /// <param name="evaluateFile">Written: the rows held out, with the header.</param>
    /// <exception cref="TrainingFailedException">In stage data: one side would have no row.</exception>
    public static async Task<DataSplit> HoldoutAsync(
        TrainingData data, TrainerSchema schema, double fraction, int seed, string trainFile, string evaluateFile, CancellationToken cancellationToken)
    {
        if (data.Rows < 2)
            throw new TrainingFailedException(TrainingStage.Data, $"The source has {data.Rows} rows; a hold-out needs at least 2.");
        var held = Math.Clamp((long)Math.Round(data.Rows * fraction), 1, data.Rows - 1);
        Func<int> sideOf;
        if (schema.Ordinal is { } ordinal)
        {
            var cut = await CutBetweenMomentsAsync(data, ordinal, data.Rows - held, cancellationToken);
            sideOf = InBlocks([cut, data.Rows - cut]);
        }
        else
        {
            sideOf = ByChance([data.Rows - held, held], seed);
        }

        return await WriteAsync(data, () => sideOf() == 1, trainFile, evaluateFile, cancellationToken);
    }

    /// <summary>Holds out one of several parts of equal size (to one row): blocks of time with an ordinal, rows by chance without one.</summary>
    /// <param name="data">The rows, in time order where the schema has an ordinal.</param>
    /// <param name="schema">Names the ordinal.</param>
    /// <param name="fold">The part held out, from 0.</param>
    /// <param name="folds">How many parts there are.</param>
    /// <param name="seed">Of the chance; all folds of one evaluation must have the same.</param>
    /// <param name="trainFile">Written: the rows to train on, with the header.</param>
    /// <param name="evaluateFile">Written: the rows held out, with the header.</param>
    /// <exception cref="TrainingFailedException">In stage data: there are fewer rows than parts.</exception>
    public static async Task<DataSplit> FoldAsync(
        TrainingData data, TrainerSchema schema, int fold, int folds, int seed, string trainFile, string evaluateFile, CancellationToken cancellationToken)
    {
        if (data.Rows < folds)
            throw new TrainingFailedException(TrainingStage.Data, $"The source has {data.Rows} rows; {folds} folds need at least {folds}.");
        long[] sizes = [.. Enumerable.Range(0, folds).Select(part => data.Rows * (part + 1) / folds - data.Rows * part / folds)];
        var partOf = schema.Ordinal is null ? ByChance(sizes, seed) : InBlocks(sizes);
        return await WriteAsync(data, () => partOf() == fold, trainFile, evaluateFile, cancellationToken);
    }

    /// <summary>
    /// Gives each row, asked for one after the other, a part by chance, so that at the end every part has exactly its size: selection
    /// sampling (D. E. Knuth, "The Art of Computer Programming", volume 2, 3.4.2, algorithm S) for more than two parts.
    /// </summary>
    private static Func<int> ByChance(long[] sizes, int seed)
    {
        var random = new Random(seed);
        var left = sizes.Sum();
        return () =>
        {
            var ticket = random.NextInt64(left--);
            var part = 0;
            while (ticket >= sizes[part])
                ticket -= sizes[part++];
            sizes[part]--;
            return part;
        };
    }

    /// <summary>Gives each row, asked for one after the other, its part, one part after the other.</summary>
    private static Func<int> InBlocks(long[] sizes)
    {
        var part = 0;
        return () =>
        {
            while (sizes[part] == 0)
                part++;
            sizes[part]--;
            return part;
        };
    }

    /// <summary>The row nearest behind <paramref name="wanted"/>, or else nearest before it, whose ordinal is not that of the row before.</summary>
    private static async Task<long> CutBetweenMomentsAsync(TrainingData data, string ordinal, long wanted, CancellationToken cancellationToken)
    {
        await using var csv = TrainingDataReader.Open(data.File);
        await csv.ReadHeaderAsync(cancellationToken);
        var column = csv.GetFieldIndex(ordinal);
        var (before, previous) = (0L, "");
        for (var row = 0L; await csv.ReadAsync(cancellationToken); row++)
        {
            var moment = csv.GetString(column);
            if (row > 0 && moment != previous)
            {
                if (row >= wanted)
                    return row;
                before = row;
            }

            previous = moment;
        }

        return before > 0
            ? before
            : throw new TrainingFailedException(
                TrainingStage.Data, $"All {data.Rows} rows have the same '{ordinal}' ({previous}); a hold-out in time order needs at least two moments.");
    }

    private static async Task<DataSplit> WriteAsync(
        TrainingData data, Func<bool> isHeldOut, string trainFile, string evaluateFile, CancellationToken cancellationToken)
    {
        await using var csv = TrainingDataReader.Open(data.File);
        await using var train = File.Create(trainFile, BufferSize);
        await using var evaluate = File.Create(evaluateFile, BufferSize);
        await csv.ReadHeaderAsync(cancellationToken);
        foreach (var side in new[] { train, evaluate })
        {
            await using var header = CsvWriter.Create(side, TrainingDataWriter.Format, leaveOpen: true);
            await header.WriteRecordAsync([.. csv.Headers], cancellationToken);
        }

        var (rows, heldOut) = (0L, 0L);
        for (; await csv.ReadAsync(cancellationToken); rows++)
        {
            var held = isHeldOut();
            heldOut += held ? 1 : 0;
            var side = held ? evaluate : train;
            side.Write(csv.RawRecord);
            side.WriteByte((byte)'\n');
        }

        return new(rows - heldOut, heldOut);
    }
}
