using System.IO.Compression;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Datasets.Lake;

public sealed class TableFileTests : IDisposable
{
    private readonly LakeFixture lake = new();

    public void Dispose() => lake.Dispose();

    [Theory]
    [InlineData("codes.tsv", "code\tpaid\tn\n007\t1.10\t1\n+1\t2.0\t\n99999999999999999999\t3\t2\n")]
    [InlineData("codes.csv.gz", "code;paid;n\n007;1.10;1\n+1;2.0;\n99999999999999999999;3;2\n")]
    public async Task Separated_text_keeps_its_values_as_the_file_says(string name, string text)
    {
        await WriteAsync(name, text);
        await using var feed = await OpenAsync(name, "SELECT code, paid, n FROM codes", "code", "paid");

        (await feed.RowsAsync("SELECT code, paid, n FROM codes")).ShouldBe(
            [["007", "1.10", 1L], ["+1", "2.0", null], ["99999999999999999999", "3", 2L]]);
    }

    [Theory]
    [InlineData("codes.ndjson")]
    [InlineData("codes.jsonl.gz")]
    public async Task Json_keeps_texts_and_the_digits_of_columns_of_texts(string name)
    {
        await WriteAsync(
            name,
            """
            {"code": 1.10, "zip": "007", "day": "2024-01-02 03:04:05", "n": 5, "list": [1]}
            {"code": 12345678901234567890123, "zip": "1", "day": null, "n": 6.5, "list": []}
            """);
        await using var feed = await OpenAsync(name, "SELECT * FROM codes", "code");

        (await feed.RowsAsync("SELECT code, zip, day, n, list FROM codes WHERE n < :n", FeedRows.With(("n", 6.0))))
            .ShouldBe([["1.1", "007", "2024-01-02 03:04:05", 5.0, "[1]"]]);
        (await feed.RowsAsync("SELECT code FROM codes ORDER BY n DESC LIMIT 1")).ShouldBe([["12345678901234567890123"]]);
    }

    [Fact]
    public async Task Parquet_is_read_with_its_types_and_nothing_else_is_reached()
    {
        await using (var session = lake.Engine.Open(new DuckDbAccess([], [lake.Folder.Path])))
            await session.ExecuteAsync(
                $"COPY (SELECT 5 AS n, '007' AS code) TO {SqlText.Literal(lake.Folder["codes.parquet"])} (FORMAT parquet)", default);
        await File.WriteAllTextAsync(lake.Folder["other.csv"], "a\n1\n");
        await using var feed = await OpenAsync("codes.parquet", "SELECT * FROM codes");

        (await feed.RowsAsync("SELECT n, code FROM codes")).ShouldBe([[5L, "007"]]);
        await Should.ThrowAsync<FeedException>(() => feed.RowsAsync($"SELECT * FROM read_csv('{lake.Folder["other.csv"]}')"));
        (await Should.ThrowAsync<FeedException>(() => feed.RowsAsync("SELECT * FROM datasets.orders"))).Message
            .ShouldContain("the file is the table codes");
    }

    [Theory]
    [InlineData("codes.parquet", "no parquet at all")]
    [InlineData("codes.ndjson", "{\"a\": 1}\n{\"a\": ")]
    [InlineData("codes.csv.gz", "not packed")]
    public async Task File_that_is_not_what_its_name_says_is_refused(string name, string text)
    {
        await File.WriteAllTextAsync(lake.Folder[name], text);

        var refused = await Should.ThrowAsync<FeedException>(async () =>
        {
            await using var feed = await OpenAsync(name, "SELECT * FROM codes");
            await feed.RowsAsync("SELECT * FROM codes");
        });
        refused.Message.ShouldStartWith($"Feed '{name}': ");
    }

    private Task<IFileFeed> OpenAsync(string name, string query, params string[] texts) =>
        new TableFiles(lake.Engine, Options.Create(new DatasetsOptions())).OpenAsync(lake.Folder[name], query, texts, default);

    private async Task WriteAsync(string name, string text)
    {
        await using var file = File.Create(lake.Folder[name]);
        await using Stream packed = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        await packed.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
