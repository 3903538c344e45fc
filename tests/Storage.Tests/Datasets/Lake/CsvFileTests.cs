using System.Globalization;
using System.Text;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Datasets.Lake;

/// <summary>Files of separated text as the table of a project's query.</summary>
public sealed class CsvFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TableFiles files;

    public CsvFileTests() => files = TestFiles.In(folder["work"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Column_of_numbers_is_numbers_and_one_with_anything_else_is_text_as_it_is_written()
    {
        await using var feed = await OpenAsync(
            "a,n,\"b \"\"c\"\"\",code,big\n1,1,x,1,1\n-2.5,2.50,,2,99999999999999999999\n1e3,,\"two\r\nlines, one field\",007,2\n"
                + "NaN,-0.5e1,\u00e9,+1,3\n");

        (await feed.RowsAsync("SELECT a, n, \"b \"\"c\"\"\", code, big FROM data")).ShouldBe(
            [
                ["1", 1.0, "x", "1", "1"],
                ["-2.5", 2.5, null, "2", "99999999999999999999"],
                ["1e3", null, "two\r\nlines, one field", "007", "2"],
                ["NaN", -5.0, "\u00e9", "+1", "3"],
            ]);
    }

    [Theory]
    [InlineData("SELECT plan, paid, n FROM data")]
    [InlineData("SELECT * FROM (SELECT plan, paid, n FROM data) AS renamed")]
    [InlineData("SELECT code AS plan, paid, n FROM (SELECT plan AS code, paid, n FROM data WHERE paid > 0.5)")]
    public async Task Column_that_the_query_yields_as_texts_keeps_its_writing_and_others_are_numbers(string query)
    {
        await using var feed = await OpenAsync(
            "plan,paid,n\n7,1.10,1\n1.1,2.0,0\n1.10,3e0,1\n2.0,4,0\n12E4,5,1\n,6,0\n-0,7,1\n123456789012345678901,8,0\n",
            query,
            "plan",
            "n");

        (await feed.RowsAsync(query)).ShouldBe(
            [
                ["7", 1.1, 1L],
                ["1.1", 2.0, 0L],
                ["1.10", 3.0, 1L],
                ["2.0", 4.0, 0L],
                ["12E4", 5.0, 1L],
                [null, 6.0, 0L],
                ["-0", 7.0, 1L],
                ["123456789012345678901", 8.0, 0L],
            ]);
        (await feed.RowsAsync("SELECT count(*) FROM data WHERE paid > 1.5 AND n = 1")).ShouldBe([[3L]]);
        (await feed.RowsAsync("SELECT count(*) FROM data WHERE plan = '1.10'")).ShouldBe([[1L]]);
    }

    [Fact]
    public async Task Query_that_names_what_the_file_does_not_have_is_answered_with_what_it_has()
    {
        await using var feed = await OpenAsync("id,name\n1,x\n");

        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT nam FROM data"))).Message
            .ShouldEndWith("The file is the table data; its columns are id, name.");
        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT id FROM dat"))).Message
            .ShouldContain("The file is the table data");
    }

    [Theory]
    [InlineData("\ufeffid,name\n1,x")]
    [InlineData("id;name\r\n1;x\r\n")]
    [InlineData("id\tname\n1\tx\n")]
    [InlineData("id|name\n1|'x'\n")]
    public async Task Other_dialects_are_read_alike(string text)
    {
        await using var feed = await OpenAsync(text);

        (await feed.RowsAsync("SELECT id, name FROM data")).ShouldBe([[1L, "x"]]);
    }

    [Fact]
    public async Task Table_is_named_after_the_file()
    {
        await File.WriteAllTextAsync(folder["my flights.csv"], "id\n1\n");
        await using var feed = await files.OpenAsync(folder["my flights.csv"], "", [], default);

        feed.Name.ShouldBe("my flights.csv");
        (await feed.RowsAsync("SELECT id FROM \"my flights\"")).ShouldBe([[1L]]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a,,c\n1,2,3\n", "Line 1, column 2: the column has no name")]
    [InlineData("a,b,A\n1,2,3\n", "Line 1, column 3: 'A' is the name of column 1 already")]
    [InlineData("a,b\n1,2\n3\n", "Line 3 has 1 field where the table has 2")]
    [InlineData("a,b\n1,2\n\"x,y\",2\n1,2,3\n", "Line 4 has 3 fields where the table has 2")]
    [InlineData("a,b\n1,\"never ends\n", "Line 2")]
    public async Task File_that_is_no_table_is_refused_with_its_line(string text, string reason)
    {
        var refused = await Should.ThrowAsync<FeedException>(() => OpenAsync(text));

        refused.Message.ShouldStartWith("Feed 'data.csv': ");
        refused.Message.ShouldContain(reason);
        Directory.GetFileSystemEntries(folder["work"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_refused_with_their_line()
    {
        await File.WriteAllBytesAsync(folder["data.csv"], [.. Encoding.UTF8.GetBytes("a,b\n1,2\n3,"), 0xe9, (byte)'\n']);

        var refused = await Should.ThrowAsync<FeedException>(() => files.OpenAsync(folder["data.csv"], "", [], default));

        refused.Message.ShouldContain("line 3");
        refused.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public async Task File_that_is_missing_cannot_be_read() =>
        (await Should.ThrowAsync<FeedException>(() => files.OpenAsync(folder["none.csv"], "", [], default))).Message
            .ShouldContain("cannot be read");

    [Fact]
    public async Task Hundred_thousand_lines_are_all_kept_in_their_order_and_what_was_built_is_deleted()
    {
        var text = new StringBuilder("id,value,name\n");
        for (var i = 0; i < 100_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i},{i / 4.0},n{i}\n");
        await using (var feed = await OpenAsync(text.ToString()))
        {
            (await feed.RowsAsync("SELECT count(*), sum(id)::BIGINT, sum(value), count(DISTINCT name) FROM data"))
                .ShouldBe([[100_000L, 4_999_950_000L, 1_249_987_500.0, 100_000L]]);
            (await feed.RowsAsync("SELECT id FROM data")).Select(row => (long)row[0]!).ShouldBeInOrder();
            Directory.GetFileSystemEntries(folder["work"]).ShouldNotBeEmpty();
        }

        Directory.GetFileSystemEntries(folder["work"]).ShouldBeEmpty();
    }

    private async Task<IFileFeed> OpenAsync(string text, string query = "", params string[] texts)
    {
        await File.WriteAllTextAsync(folder["data.csv"], text);
        return await files.OpenAsync(folder["data.csv"], query, texts, default);
    }
}
