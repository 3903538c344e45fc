using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Tests.Common;
using Progeny.Core.Tests.Training;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Datasets;

public sealed class DataSplitTests : IDisposable
{
    private static readonly TrainerSchema Ordered = TrainerSchema.From(Projects.Regression);
    private static readonly TrainerSchema Unordered = Ordered with { Ordinal = null };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Holdout_takes_the_last_rows_in_time()
    {
        var (split, train, evaluate) = await Holdout(Ordered, 0.2, await Data(Ordered, 10));

        split.ShouldBe(new(8, 2));
        train.ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
        evaluate.ShouldBe([8, 9]);
    }

    [Fact]
    public async Task Holdout_never_parts_rows_of_one_moment()
    {
        var behind = await Holdout(Ordered, 0.3, await Data(Ordered, 10, i => i is >= 5 and < 9 ? 5 : i));
        var before = await Holdout(Ordered, 0.3, await Data(Ordered, 10, i => i >= 4 ? 4 : i));

        behind.Evaluate.ShouldBe([9]);
        before.Evaluate.ShouldBe([4, 5, 6, 7, 8, 9]);
    }

    [Fact]
    public async Task Holdout_without_an_order_takes_the_same_rows_by_chance_for_the_same_seed()
    {
        var data = await Data(Unordered, 1000);

        var first = await Holdout(Unordered, 0.25, data, seed: 7);
        var again = await Holdout(Unordered, 0.25, data, seed: 7);
        var other = await Holdout(Unordered, 0.25, data, seed: 8);

        first.Split.ShouldBe(new(750, 250));
        first.Evaluate.ShouldBe(again.Evaluate);
        first.Evaluate.ShouldNotBe(other.Evaluate);
        first.Train.Concat(first.Evaluate).Order().ShouldBe(Enumerable.Range(0, 1000));
        first.Evaluate.Average().ShouldBe(499.5, 60);
    }

    [Fact]
    public async Task Folds_hold_out_each_row_once()
    {
        var data = await Data(Unordered, 23);
        var heldOut = new List<int>();
        for (var fold = 0; fold < 5; fold++)
        {
            var split = await DataSplit.FoldAsync(data, fold, 5, seed: 3, _folder.At("train"), _folder.At("evaluate"), default);
            var evaluate = Rows("evaluate");
            split.EvaluateRows.ShouldBeInRange(4, 5);
            Rows("train").Concat(evaluate).Order().ShouldBe(Enumerable.Range(0, 23));
            heldOut.AddRange(evaluate);
        }

        heldOut.Order().ShouldBe(Enumerable.Range(0, 23));
    }

    [Fact]
    public async Task Windows_never_part_rows_of_one_moment_and_each_has_one()
    {
        (await FoldsAsync(await Data(Ordered, 12, i => i / 4), 2)).ShouldBe(["0 1 2 3 4 5 6 7", "8 9 10 11"]);
        (await FoldsAsync(await Data(Ordered, 10, i => i is >= 2 and < 7 ? 2 : i), 3)).ShouldBe(["0 1 2 3 4 5 6", "7", "8 9"]);
        (await FoldsAsync(await Data(Ordered, 10, i => Math.Min(i, 3)), 3)).ShouldBe(["0 1", "2", "3 4 5 6 7 8 9"]);
        (await Should.ThrowAsync<TrainingFailedException>(async () => await FoldsAsync(await Data(Ordered, 10, i => i / 5), 3)))
            .Message.ShouldBe("The rows have 2 different values of 't'; 3 folds in time order need at least 3.");

        async Task<List<string>> FoldsAsync(TrainingData data, int folds)
        {
            var held = new List<string>();
            for (var fold = 0; fold < folds; fold++)
            {
                await DataSplit.WindowAsync(data, Ordered.Ordinal!, fold, folds, _folder.At("train"), _folder.At("evaluate"), default);
                held.Add(string.Join(' ', Rows("evaluate")));
            }

            return held;
        }
    }

    [Fact]
    public async Task Windows_train_on_what_came_before()
    {
        var data = await Data(Ordered, 9, i => i == 4 ? 3 : i);
        var middle = await DataSplit.WindowAsync(data, Ordered.Ordinal!, 1, 3, _folder.At("train"), _folder.At("evaluate"), default);
        (string.Join(' ', Rows("train")), string.Join(' ', Rows("evaluate")), middle).ShouldBe(("0 1 2", "3 4 5", new DataSplit(3, 3)));
        await DataSplit.WindowAsync(data, Ordered.Ordinal!, 2, 3, _folder.At("train"), _folder.At("evaluate"), default);
        (string.Join(' ', Rows("train")), string.Join(' ', Rows("evaluate"))).ShouldBe(("0 1 2 3 4 5", "6 7 8"));
    }

    [Fact]
    public async Task Rows_over_several_lines_stay_whole()
    {
        var manifest = Projects.Binary with { Source = Projects.Binary.Source! with { Ordinal = null } };
        var rows = Enumerable.Range(0, 4).Select(i => new object?[] { "", 1.0, 1L, null, "B,C", $"line {i}\nand \"more\"", 1L });
        var data = await new TrainingSource(new MemoryFeed(Projects.BinaryColumns, rows)).WriteAsync(
            manifest, _folder.Path, from: null, to: null, _folder.At("data.csv"), progress: null, default);

        await DataSplit.HoldoutAsync(
            data, TrainerSchema.From(manifest), 0.5, seed: 1, _folder.At("train"), _folder.At("evaluate"), default);

        var notes = new List<string?>();
        foreach (var file in new[] { "train", "evaluate" })
        {
            await foreach (var (features, _) in TrainingDataReader.ReadAsync(_folder.At(file), TrainerSchema.From(manifest), default))
                notes.Add((string?)features[4]);
        }

        notes.Order().ShouldBe(Enumerable.Range(0, 4).Select(i => $"line {i}\nand \"more\""));
    }

    [Fact]
    public async Task Rows_too_few_to_split_are_refused()
    {
        var one = await Data(Ordered, 1);
        var same = await Data(Ordered, 5, _ => 3);

        (await Should.ThrowAsync<TrainingFailedException>(() => Holdout(Ordered, 0.2, one))).Message.ShouldContain(
            "1 rows; a hold-out needs at least 2");
        (await Should.ThrowAsync<TrainingFailedException>(() => Holdout(Ordered, 0.2, same))).Message.ShouldContain(
            "All 5 rows have the same 't' (3)");
        (await Should.ThrowAsync<TrainingFailedException>(
            () => DataSplit.WindowAsync(same, Ordered.Ordinal!, 0, 6, _folder.At("train"), _folder.At("evaluate"), default)))
            .Message.ShouldContain("5 rows; 6 folds need at least 6");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<TrainingData> Data(TrainerSchema schema, int rows, Func<int, int>? moment = null)
    {
        var manifest = Projects.Regression with { Source = Projects.Regression.Source! with { Ordinal = schema.Ordinal } };
        var values = Enumerable.Range(0, rows).Select(i => new object?[] { (long)(moment?.Invoke(i) ?? i), (double)i, 0.0 });
        return await new TrainingSource(new MemoryFeed(["t", "x", "y"], values)).WriteAsync(
            manifest, _folder.Path, from: null, to: null, _folder.At($"data-{Guid.NewGuid()}.csv"), progress: null, default);
    }

    private async Task<(DataSplit Split, List<int> Train, List<int> Evaluate)> Holdout(
        TrainerSchema schema, double fraction, TrainingData data, int seed = 0)
    {
        var split = await DataSplit.HoldoutAsync(data, schema, fraction, seed, _folder.At("train"), _folder.At("evaluate"), default);
        return (split, Rows("train"), Rows("evaluate"));
    }

    private List<int> Rows(string file) =>
        [
            .. File.ReadLines(_folder.At(file)).Skip(1)
                .Select(line => int.Parse(line.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)),
        ];
}
