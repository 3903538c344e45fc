using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

public sealed class TrainingSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Rows_are_written_as_the_contract_says()
    {
        var feed = MemoryFeed.Of(
            Projects.BinaryColumns,
            ["2001-01-01", 0.1, 7L, true, "AA", "said \"no\",\nthen left", 1L],
            ["2001-01-02", 1e300, 23.0, 0L, null, null, "0"],
            ["2001-01-03", 5L, "11", null, "B,C", "", "1"]);

        var data = await Write(feed, Projects.Binary);

        (await File.ReadAllTextAsync(data.File)).ShouldBe(
            """
            distance,hour,weekend,carrier,note,late,day
            0.1,7,true,AA,"said ""no"",
            then left",1,2001-01-01
            1E+300,23,false,,,0,2001-01-02
            5,11,,"B,C",,1,2001-01-03

            """);
        data.Rows.ShouldBe(3);
        data.First.ShouldBe(Ordinal.From("2001-01-01"));
        data.Last.ShouldBe(Ordinal.From("2001-01-03"));
        data.Digest.ShouldBe(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(data.File))));
    }

    [Fact]
    public async Task Rows_read_back_as_they_were_written()
    {
        var feed = MemoryFeed.Of(Projects.BinaryColumns, ["2001-01-01", 0.1, 7L, null, "B,C", "two\r\nlines \"quoted\"", 1L]);

        var data = await Write(feed, Projects.Binary);

        var rows = new List<(object?[] Features, string Label)>();
        await foreach (var row in TrainingDataReader.ReadAsync(data.File, TrainerSchema.From(Projects.Binary), default))
            rows.Add(row);
        rows.ShouldHaveSingleItem().Features.ShouldBe([0.1, 7L, null, "B,C", "two\r\nlines \"quoted\""]);
        rows[0].Label.ShouldBe("1");
    }

    [Fact]
    public async Task Query_is_asked_for_a_range_of_the_ordinal_in_its_order()
    {
        var feed = MemoryFeed.Of(Projects.BinaryColumns, ["2001-01-02", 1.0, 1L, null, null, null, 1L]);
        var manifest = Projects.Binary with { Source = Projects.Binary.Source! with { Query = "SELECT * FROM flights -- all;\n ; " } };

        await new TrainingSource(feed).WriteAsync(
            manifest,
            _folder.Path,
            Ordinal.Parse("2001-01-02"),
            Ordinal.Parse("2001-02-01T02:00+02:00"),
            _folder.At("data.csv"),
            progress: null,
            default);

        feed.Sql.ShouldBe(
            "SELECT * FROM (\nSELECT * FROM flights -- all;\n \n) AS source\nWHERE source.\"day\" >= :progeny_from AND source.\"day\" < "
                + ":progeny_to\nORDER BY source.\"day\"");
        feed.Parameters.ShouldBe(
            new Dictionary<string, object?> { ["progeny_from"] = "2001-01-02T00:00:00Z", ["progeny_to"] = "2001-02-01T00:00:00Z" },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Query_without_an_ordinal_is_asked_as_it_is_and_takes_no_range()
    {
        var feed = MemoryFeed.Of(Projects.BinaryColumns, ["2001-01-02", 1.0, 1L, null, null, null, 1L]);
        var manifest = Projects.Binary with { Source = new() { File = "flights.csv", Query = "SELECT * FROM flights" } };
        await File.WriteAllTextAsync(_folder.At("flights.csv"), "");

        var data = await Write(feed, manifest);

        feed.Sql.ShouldBe("SELECT * FROM flights");
        feed.File.ShouldBe(_folder.At("flights.csv"));
        feed.Disposed.ShouldBeTrue();
        data.First.ShouldBeNull();
        (await File.ReadAllTextAsync(data.File)).ShouldStartWith("distance,hour,weekend,carrier,note,late\n");
        await Fails(() => Write(feed, manifest, Ordinal.Parse("1")), TrainingStage.Source, "'late' has no source.ordinal");
    }

    [Theory]
    [InlineData(1, null, "row 1, column 'distance': null is missing; a finite number of at least 0 would be right, or `nullable: true`")]
    [InlineData(1, "far", "column 'distance': 'far' is not a finite number; a finite number of at least 0 would be right")]
    [InlineData(1, double.PositiveInfinity, "column 'distance': Infinity is not a finite number")]
    [InlineData(1, -0.5, "column 'distance': -0.5 is out of range; a finite number of at least 0 would be right")]
    [InlineData(2, 24L, "column 'hour': 24 is out of range; a whole number from 0 to 23 would be right")]
    [InlineData(2, 1.5, "column 'hour': 1.5 is not a whole number")]
    [InlineData(2, true, "column 'hour': true is not a whole number")]
    [InlineData(3, 2L, "column 'weekend': 2 is not true or false")]
    [InlineData(4, "DL", "column 'carrier': 'DL' is not among the values allowed; one of AA, B,C would be right")]
    [InlineData(6, 2L, "column 'late': 2 is not among the classes; one of the classes 0, 1 would be right")]
    [InlineData(6, null, "column 'late': null is missing; one of the classes 0, 1 would be right; leave rows without a label out")]
    [InlineData(0, "12/9/2025", "row 1, column 'day': '12/9/2025' is no ordinal; a number, or a time in ISO 8601 such as")]
    [InlineData(0, double.NaN, "row 1, column 'day': NaN is no ordinal")]
    [InlineData(0, null, "column 'day': null is no ordinal; a number, or a time in ISO 8601")]
    public async Task Value_that_does_not_fit_is_named_with_what_would_be_right(int column, object? value, string message)
    {
        object?[] row = ["2001-01-01", 1.0, 1L, null, null, null, 1L];
        row[column] = value;

        await Fails(() => Write(MemoryFeed.Of(Projects.BinaryColumns, row), Projects.Binary), TrainingStage.Data, message);
    }

    [Fact]
    public async Task Regression_label_is_a_finite_number()
    {
        await Fails(
            () => Write(MemoryFeed.Of(["t", "x", "y"], [1L, 1.0, 2L], [2L, 1.0, "much"]), Projects.Regression),
            TrainingStage.Data, "row 2, column 'y': 'much' is not a number; a finite number would be right");
    }

    [Fact]
    public async Task No_more_than_five_errors_are_listed()
    {
        var rows = Enumerable.Range(0, 100).Select(i => new object?[] { (long)i, null, 1.0 });

        var failure = await Should.ThrowAsync<TrainingFailedException>(
            () => Write(new MemoryFeed(["t", "x", "y"], rows), Projects.Regression));

        failure.Message.ShouldContain("row 5,");
        failure.Message.ShouldNotContain("row 6,");
    }

    [Fact]
    public async Task Columns_that_the_query_lacks_are_named()
    {
        await Fails(
            () => Write(MemoryFeed.Of(["t", "X"], [1L, 1.0]), Projects.Regression),
            TrainingStage.Data, "does not yield 'x', 'y'; its columns are t, X.");
    }

    [Fact]
    public async Task Source_that_cannot_be_read_says_why()
    {
        var feed = MemoryFeed.Of(["t", "x", "y"]);
        await Fails(() => Write(feed, Projects.Regression), TrainingStage.Data, "The source has no rows.");
        await Fails(
            () => Write(feed, Projects.Regression, Ordinal.Parse("3"), Ordinal.Parse("5")),
            TrainingStage.Data,
            "no rows with t from 3 and before 5");
        await Fails(
            () => Write(feed, Projects.Regression with { Source = new() { Feed = "other", Query = "q" } }),
            TrainingStage.Source,
            "Feed 'other': is not configured");
        await Fails(
            () => Write(feed, Projects.Regression with { Source = new() { File = "no.csv", Query = "q" } }),
            TrainingStage.Source,
            "'no.csv' (source.file) is not in");
        await Fails(() => Write(feed, Projects.Regression with { Source = null }), TrainingStage.Source, "'line' has no source");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task Fails(Func<Task> action, TrainingStage stage, string message)
    {
        var failure = await Should.ThrowAsync<TrainingFailedException>(action);
        failure.Stage.ShouldBe(stage);
        failure.Message.ShouldContain(message);
    }

    private Task<TrainingData> Write(MemoryFeed feed, Manifest manifest, Ordinal? from = null, Ordinal? to = null) =>
        new TrainingSource(feed).WriteAsync(manifest, _folder.Path, from, to, _folder.At("data.csv"), progress: null, default);
}
