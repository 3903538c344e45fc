using System.Runtime.CompilerServices;
using CsvHelper;
using Progeny.Core.Common;

namespace Progeny.Core.Datasets;

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
        TrainingData data,
        TrainerSchema schema,
        double fraction,
        int seed,
        string trainFile,
        string evaluateFile,
        CancellationToken cancellationToken)
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

    /// <summary>
    /// Holds out one of several parts of equal size (to one row), chosen by chance. Rows in time order are held out by
    /// <see cref="WindowAsync"/>.
    /// </summary>
    /// <param name="data">The rows, in no order.</param>
    /// <param name="fold">The part held out, from 0.</param>
    /// <param name="folds">How many parts there are.</param>
    /// <param name="seed">Of the chance; all folds of one evaluation must have the same.</param>
    /// <param name="trainFile">Written: the rows to train on, with the header.</param>
    /// <param name="evaluateFile">Written: the rows held out, with the header.</param>
    /// <exception cref="TrainingFailedException">In stage data: there are fewer rows than parts.</exception>
    public static async Task<DataSplit> FoldAsync(
        TrainingData data, int fold, int folds, int seed, string trainFile, string evaluateFile, CancellationToken cancellationToken)
    {
        var partOf = ByChance(SizesOf(data, folds), seed);
        return await WriteAsync(data, () => partOf() == fold, trainFile, evaluateFile, cancellationToken);
    }

    /// <summary>
    /// Holds out one of several blocks of time of about equal size, and trains on those before it only: what comes is not told from what
    /// came later (an expanding window; L. J. Tashman, "Out-of-sample tests of forecasting accuracy", 2000). Rows of one moment stay
    /// together; a cut moves behind them as long as every block keeps a moment.
    /// </summary>
    /// <param name="data">The rows in time order.</param>
    /// <param name="ordinal">The column of their order.</param>
    /// <param name="fold">The block held out, from 1.</param>
    /// <param name="folds">How many blocks there are.</param>
    /// <param name="trainFile">Written: the rows of the blocks before, with the header.</param>
    /// <param name="evaluateFile">Written: the rows of the block, with the header.</param>
    /// <exception cref="TrainingFailedException">In stage data: there are fewer rows, or moments, than blocks.</exception>
    public static async Task<DataSplit> WindowAsync(
        TrainingData data, string ordinal, int fold, int folds, string trainFile, string evaluateFile, CancellationToken cancellationToken)
    {
        var partOf = InBlocks(await BlocksAsync(data, ordinal, folds, cancellationToken));
        return await WriteAsync(
            data,
            () => partOf() is var part && part < fold ? false : part == fold ? true : null,
            trainFile,
            evaluateFile,
            cancellationToken);
    }

    private static long[] SizesOf(TrainingData data, int folds) => data.Rows >= folds
        ? [.. Enumerable.Range(0, folds).Select(part => data.Rows * (part + 1) / folds - data.Rows * part / folds)]
        : throw new TrainingFailedException(TrainingStage.Data, $"The source has {data.Rows} rows; {folds} folds need at least {folds}.");

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

    /// <summary>
    /// The row nearest behind <paramref name="wanted"/>, or else nearest before it, whose ordinal is not that of the row before.
    /// </summary>
    private static async Task<long> CutBetweenMomentsAsync(
        TrainingData data, string ordinal, long wanted, CancellationToken cancellationToken)
    {
        var before = 0L;
        await foreach (var row in MomentsAsync(data, ordinal, cancellationToken))
        {
            if (row > 0 && row >= wanted)
                return row;
            before = row;
        }

        return before > 0
            ? before
            : throw new TrainingFailedException(
                TrainingStage.Data,
                $"All {data.Rows} rows have the same '{ordinal}' ({data.Last}); a hold-out in time order needs at least two moments.");
    }

    /// <summary>The sizes of blocks of time, as even as moments allow; each has a moment at least.</summary>
    private static async Task<long[]> BlocksAsync(TrainingData data, string ordinal, int folds, CancellationToken cancellationToken)
    {
        var even = SizesOf(data, folds);
        var left = 0L;
        await foreach (var _ in MomentsAsync(data, ordinal, cancellationToken))
            left++;
        if (left < folds)
            throw new TrainingFailedException(
                TrainingStage.Data,
                $"The rows have {left} different values of '{ordinal}'; {folds} folds in time order need at least {folds}.");
        var (sizes, begin, wanted) = (new List<long>(folds), 0L, even[0]);
        await foreach (var row in MomentsAsync(data, ordinal, cancellationToken))
        {
            // The blocks still to begin need a moment each.
            if (row > 0 && sizes.Count < folds - 1 && (row >= wanted || left == folds - 1 - sizes.Count))
            {
                sizes.Add(row - begin);
                begin = row;
                wanted += even[sizes.Count];
            }

            left--;
        }

        return [.. sizes, data.Rows - begin];
    }

    /// <summary>The rows whose ordinal is not that of the row before.</summary>
    private static async IAsyncEnumerable<long> MomentsAsync(
        TrainingData data, string ordinal, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var csv = TrainingDataReader.Open(data.File);
        await csv.ReadHeaderAsync(cancellationToken);
        var column = csv.GetFieldIndex(ordinal);
        var previous = "";
        for (var row = 0L; await csv.ReadAsync(cancellationToken); row++)
        {
            var moment = csv.GetString(column);
            if (row == 0 || !IsSameMoment(moment, previous))
                yield return row;
            previous = moment;
        }
    }

    /// <remarks>One moment may be written in several zones.</remarks>
    private static bool IsSameMoment(string one, string other) =>
        one == other || (IsoTime.TryParse(one, out var first) && IsoTime.TryParse(other, out var second) && first == second);

    /// <param name="isHeldOut">Asked of each row, one after the other; null: it is in neither file.</param>
    private static async Task<DataSplit> WriteAsync(
        TrainingData data, Func<bool?> isHeldOut, string trainFile, string evaluateFile, CancellationToken cancellationToken)
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

        var (trained, heldOut) = (0L, 0L);
        while (await csv.ReadAsync(cancellationToken))
        {
            if (isHeldOut() is not { } held)
                continue;
            if (held)
                heldOut++;
            else
                trained++;
            var side = held ? evaluate : train;
            side.Write(csv.RawRecord);
            side.WriteByte((byte)'\n');
        }

        return new(trained, heldOut);
    }
}
