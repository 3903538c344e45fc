using System.Globalization;
using System.Text;
using Progeny.Core.Feeds;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Tests.Feeds;

public sealed class CsvFeedTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_returns_numbers_as_numbers_empty_as_null_and_all_else_as_text()
    {
        await using var feed = await OpenAsync(
            "a,\"b \"\"c\"\"\"\n1,x\n-2.5,\n1e3,\"two\r\nlines, one field\"\n007,+1\n99999999999999999999,NaN\n1e999,\u00e9\n");

        var rows = await feed.RowsAsync("SELECT a, \"b \"\"c\"\"\" FROM data");

        rows.ShouldBe(
            [
                [1L, "x"],
                [-2.5, null],
                [1000.0, "two\r\nlines, one field"],
                ["007", "+1"],
                ["99999999999999999999", "NaN"],
                ["1e999", "\u00e9"],
            ]);
    }

    [Theory]
    [InlineData("SELECT plan, paid, n FROM data")]
    [InlineData("SELECT * FROM (SELECT plan, paid, n FROM data) AS renamed")]
    [InlineData("SELECT code AS plan, paid, n FROM (SELECT plan AS code, paid, n FROM data WHERE paid > 0.5)")]
    public async Task Read_of_a_column_of_texts_keeps_numbers_as_they_are_written_and_leaves_others_numbers(string query)
    {
        await File.WriteAllTextAsync(
            folder["data.csv"],
            "plan,paid,n\n7,1.10,1\n1.1,2.0,0\n1.10,3e0,1\n2.0,4,0\n12E4,5,1\n,6,0\n-0,7,1\n123456789012345678901,8,0\n");
        await using var feed = await CsvFeed.OpenAsync(folder["data.csv"], query, ["plan", "n"], default);

        (await feed.RowsAsync(query)).ShouldBe(
            [
                ["7", 1.1, 1L],
                ["1.1", 2.0, 0L],
                ["1.10", 3.0, 1L],
                ["2.0", 4L, 0L],
                ["12E4", 5L, 1L],
                [null, 6L, 0L],
                ["-0", 7L, 1L],
                ["123456789012345678901", 8L, 0L],
            ]);
        (await feed.RowsAsync("SELECT count(*) FROM data WHERE paid > 1.5 AND n = 1")).ShouldBe([[3L]]);
        (await feed.RowsAsync("SELECT count(*) FROM data WHERE plan = 7")).ShouldBe([[1L]]);
    }

    [Fact]
    public async Task Read_when_the_query_names_a_column_that_is_none_names_those_of_the_file()
    {
        await using var feed = await OpenAsync("id,name\n1,x\n");

        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT nam FROM data"))).Message
            .ShouldBe("Feed 'data.csv': SQLite says: no such column: nam. The file is the table data; its columns are id, name.");
        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT id FROM dat"))).Message.ShouldContain(
            "no such table: dat. The file is the table data");
    }

    [Fact]
    public async Task Read_when_the_file_has_a_byte_order_mark_and_no_last_line_break_is_the_same()
    {
        await using var feed = await OpenAsync("\ufeffid,name\n1,x");

        (await feed.RowsAsync("SELECT id, name FROM data")).ShouldBe([[1L, "x"]]);
    }

    [Fact]
    public async Task Table_is_named_after_the_file()
    {
        await File.WriteAllTextAsync(folder["my flights.csv"], "id\n1\n");
        await using var feed = await CsvFeed.OpenAsync(folder["my flights.csv"], default);

        feed.Name.ShouldBe("my flights.csv");
        (await feed.RowsAsync("SELECT id FROM \"my flights\"")).ShouldBe([[1L]]);
    }

    [Theory]
    [InlineData("", "first line must name the columns")]
    [InlineData("a,,c\n1,2,3\n", "Line 1, column 2: the column has no name")]
    [InlineData("x;late;at\n0;0,5;0\n", "Line 1 names one column, 'x;late;at'; its fields seem to be separated by ';'")]
    [InlineData("x\tlate\n0\t0\n", "separated by a tab")]
    [InlineData("x|late\n0|0\n", "separated by '|'")]
    [InlineData("a,b,A\n1,2,3\n", "Line 1, column 3: 'A' is the name of column 1 already")]
    [InlineData("a,b\n1,2\n3\n", "Line 3: column 2 ('b') is missing; the line has 1 fields, the header 2")]
    [InlineData("a,b\n1,2\n\"x\ny\",2\n1,2,3\n", "Line 5: column 3 has no name in the header")]
    [InlineData("a,b\n1,2\n3,x\"y\n", "Line 3")]
    [InlineData("a,b\n1,\"never ends\n", "Line 2")]
    public async Task Open_when_the_file_is_no_such_csv_says_where(string text, string reason)
    {
        var before = Temporaries();

        var refused = await Should.ThrowAsync<FeedException>(() => OpenAsync(text));

        refused.Message.ShouldStartWith("Feed 'data.csv': ");
        refused.Message.ShouldContain(reason);
        // Other tests of this machine read files at the same time; what they make is gone a moment later.
        var left = Temporaries().Except(before).ToList();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (left.Any(path => File.Exists(Path.Combine(path, "rows.db"))))
            await Task.Delay(50, limit.Token);
    }

    [Fact]
    public async Task Open_when_bytes_are_not_utf8_names_line_and_column()
    {
        await File.WriteAllBytesAsync(folder["data.csv"], [.. Encoding.UTF8.GetBytes("a,b\n1,2\n3,"), 0xe9, (byte)'\n']);

        var refused = await Should.ThrowAsync<FeedException>(() => CsvFeed.OpenAsync(folder["data.csv"], default));

        refused.Message.ShouldContain("Line 3, column 2 ('b')");
        refused.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Open_when_the_file_is_missing_says_so() =>
        (await Should.ThrowAsync<FeedException>(() => CsvFeed.OpenAsync(folder["none.csv"], default))).Message.ShouldContain(
            "cannot be read");

    [Fact]
    public async Task Dispose_deletes_what_was_built()
    {
        var before = Temporaries();
        var feed = await OpenAsync("id\n1\n");
        await feed.RowsAsync("SELECT id FROM data");
        var built = Temporaries().Except(before).Where(path => File.Exists(Path.Combine(path, "rows.db"))).ToList();

        await feed.DisposeAsync();

        built.ShouldNotBeEmpty();
        built.ShouldContain(path => !Directory.Exists(path));
        Directory.GetFiles(folder.Path).ShouldBe([folder["data.csv"]]);
    }

    [Fact]
    public async Task Open_of_a_hundred_thousand_lines_keeps_all()
    {
        var text = new StringBuilder("id,value,name\n");
        for (var i = 0; i < 100_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i},{i / 4.0},n{i}\n");
        await using var feed = await OpenAsync(text.ToString());

        (await feed.RowsAsync("SELECT count(*), sum(id), sum(value), count(DISTINCT name) FROM data"))
            .ShouldBe([[100_000L, 4_999_950_000L, 1_249_987_500.0, 100_000L]]);
    }

    private static string[] Temporaries() => Directory.GetDirectories(Path.GetTempPath(), "progeny-csv-*");

    private async Task<CsvFeed> OpenAsync(string text)
    {
        await File.WriteAllTextAsync(folder["data.csv"], text);
        return await CsvFeed.OpenAsync(folder["data.csv"], default);
    }
}
