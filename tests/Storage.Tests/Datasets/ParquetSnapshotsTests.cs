using System.Data;
using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Snapshots;

namespace Progeny.Storage.Tests.Datasets;

public sealed class ParquetSnapshotsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DuckDbEngine engine;
    private readonly ParquetSnapshots snapshots;

    public ParquetSnapshotsTests()
    {
        engine = new DuckDbEngine(new DatasetsOptions { Memory = 128 << 20 }, Path.Combine(folder.Path, "work"));
        snapshots = new ParquetSnapshots(engine);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Rows_come_back_byte_for_byte_and_have_the_types_of_the_schema()
    {
        var data = Write(
            ["0.1", "9223372036854775807", "true", "007", "yes", "2026-01-01"],
            ["1E+20", "-1", "false", "1.10", "no", "2026-01-02"],
            ["5E-324", "0", "true", "a,b \"c\"", "yes", "2026-01-03"],
            ["-1.7976931348623157E+308", "", "", "NA", "no", "2026-01-04"],
            ["", "3", "false", " null", "yes", "2026-01-05"],
            ["123456789.12345679", "4", "true", "two\nlines", "no", "2026-01-06"],
            ["0.30000000000000004", "5", "true", "Ünïcode 🙂", "yes", "2026-01-07"]);
        var parquet = Path.Combine(folder.Path, "rows.parquet");

        await snapshots.WriteAsync(data, await FileDigest.ReadAsync(data, default), Schema(), parquet, default);

        var back = Path.Combine(folder.Path, "back.csv");
        (await snapshots.RestoreAsync(parquet, back, default)).ShouldBe(7);
        (await File.ReadAllTextAsync(back)).ShouldBe(await File.ReadAllTextAsync(data));
        await using var session = engine.Open(new DuckDbAccess([parquet], []));
        (await session.QueryAsync(
            $"SELECT column_type FROM (DESCRIBE SELECT * FROM read_parquet({SqlText.Literal(parquet)}))",
            row => row.GetString(0),
            default))
            .ShouldBe(["DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR", "VARCHAR", "VARCHAR"]);
    }

    [Fact]
    public async Task Numbers_that_are_written_in_another_way_stay_as_they_were_written()
    {
        var data = Write(["1.50", "1", "true", "a", "yes", "2026-01-01"], ["-0", "2", "false", "b", "no", "2026-01-02"]);
        var parquet = Path.Combine(folder.Path, "rows.parquet");

        await snapshots.WriteAsync(data, await FileDigest.ReadAsync(data, default), Schema(), parquet, default);

        var back = Path.Combine(folder.Path, "back.csv");
        await snapshots.RestoreAsync(parquet, back, default);
        (await File.ReadAllTextAsync(back)).ShouldBe(await File.ReadAllTextAsync(data));
    }

    [Fact]
    public async Task File_that_is_no_snapshot_is_refused()
    {
        var file = Path.Combine(folder.Path, "broken.parquet");
        await File.WriteAllTextAsync(file, "PAR1 and then nothing");

        await Should.ThrowAsync<IOException>(() => snapshots.RestoreAsync(file, Path.Combine(folder.Path, "back.csv"), default));
    }

    private static TrainerSchema Schema() => new()
    {
        Task = MachineLearningTask.Binary,
        Features =
        [
            new TrainerFeature { Name = "amount", Type = FeatureType.Float, Nullable = true },
            new TrainerFeature { Name = "count", Type = FeatureType.Int, Nullable = true },
            new TrainerFeature { Name = "flag", Type = FeatureType.Bool, Nullable = true },
            new TrainerFeature { Name = "code", Type = FeatureType.Category, Nullable = false },
        ],
        Label = new TrainerLabel { Name = "label", Classes = ["yes", "no"] },
        Ordinal = "day",
    };

    /// <summary>Writes rows as a training does.</summary>
    private string Write(params string[][] rows)
    {
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        foreach (var name in Schema().Columns)
            table.Columns.Add(name, typeof(string));
        foreach (var row in rows)
            table.Rows.Add([.. row]);
        var path = Path.Combine(folder.Path, "data.csv");
        using var reader = table.CreateDataReader();
        TrainingDataWriter.Restore(reader, path, default).ShouldBe(rows.Length);
        return path;
    }
}
