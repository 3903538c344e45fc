using System.IO.Compression;
using System.Text;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Tests.Datasets;

public sealed class DatasetIngestionTests : IDisposable
{
    private readonly IngestionNode node = new();

    public void Dispose()
    {
        node.Leftovers.ShouldBeEmpty();
        node.Dispose();
    }

    [Theory]
    [InlineData("1,2,3", "BIGINT")]
    [InlineData("007,12", "VARCHAR")]
    [InlineData("+1,2", "VARCHAR")]
    [InlineData("1.1,1.10,2.0,7", "VARCHAR")]
    [InlineData("9223372036854775807,-9223372036854775808", "BIGINT")]
    [InlineData("9223372036854775808,1", "VARCHAR")]
    [InlineData("1,1.5,-0.25", "DOUBLE")]
    [InlineData("2.0,1.5", "DOUBLE")]
    [InlineData("2.0,2", "VARCHAR")]
    [InlineData("0.00001,1e-05,1.7976931348623157e+308", "DOUBLE")]
    [InlineData("0.1234567890123456789,1.5", "VARCHAR")]
    [InlineData("1.10,2.25,1234567.00", "DECIMAL(18,2)")]
    [InlineData("-0.00,1.25", "VARCHAR")]
    [InlineData("12345678901234567890.125,1.250", "DECIMAL(38,3)")]
    [InlineData("true,false", "BOOLEAN")]
    [InlineData("True,false", "VARCHAR")]
    [InlineData("2026-01-31,2024-02-29", "DATE")]
    [InlineData("2026-02-30,2026-01-01", "VARCHAR")]
    [InlineData("10/1/2025,10/2/2025", "VARCHAR")]
    [InlineData("2026-01-31 12:00:00,2026-01-31 12:00:00.5", "TIMESTAMP")]
    [InlineData("2026-01-31T12:00:00,2026-01-31T12:00:00.25", "TIMESTAMP")]
    [InlineData("2026-01-31T12:00:00.000,2026-01-31T12:00:00.250", "TIMESTAMP")]
    [InlineData("2026-01-31T12:00:00.000Z,2026-01-31T12:00:00.250Z", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("2026-01-31T12:00:00Z,2026-01-31 12:00:00", "VARCHAR")]
    [InlineData("2026-01-31T12:00:00+02:00,2026-01-31T12:00:00+01:00", "VARCHAR")]
    [InlineData("infinity,nan", "VARCHAR")]
    [InlineData(" 1,2", "VARCHAR")]
    public async Task Type_of_a_column_of_texts_is_one_that_gives_each_text_back(string values, string type)
    {
        var version = await node.PutAsync("t.csv", "id,x\n" + string.Join('\n', values.Split(',').Select((value, i) => $"{i},{value}")));
        version.Note.ShouldBeNull();
        version.Columns.ShouldBe([new DatasetColumn("id", "BIGINT"), new DatasetColumn("x", type)]);
        if (type == "VARCHAR")
            (await node.RowsAsync(version)).ShouldBe(values.Split(',').Select((value, i) => $"{i}|{value}"));
    }

    [Fact]
    public async Task Type_that_the_first_rows_show_and_a_later_one_contradicts_is_not_taken()
    {
        var text = new StringBuilder("a,b,c\n");
        for (var i = 0; i < 30_000; i++)
            text.Append(i).Append(',').Append(i).Append(",\n");
        var version = await node.PutAsync("late.csv", text + "007,1.5,x\n");
        version.Columns.ShouldBe([new("a", "VARCHAR"), new("b", "DOUBLE"), new("c", "VARCHAR")]);
        (await node.RowsAsync(version))[^1].ShouldBe("007|1.5|x");
        version.Rows.ShouldBe(30_001);
    }

    [Theory]
    [InlineData("a;b\n1;x,y\n2;z\n", "1|x,y")]
    [InlineData("a\tb\n1\tx\n", "1|x")]
    [InlineData("a|b\r\n1|x\r\n", "1|x")]
    [InlineData("a,b\n1,\"x\r\ny \"\"z\"\"\"\r\n2,w\n", "1|x\r\ny \"z\"")]
    [InlineData("a,b\n1,'x,y'\n2,'z'\n", "1|x,y")]
    [InlineData("a,b\n1,\"x \\\"y\\\"\"\n", "1|x \"y\"")]
    [InlineData("a,b\n1,5\" pipe\n2,6\" pipe\n", "1|5\" pipe")]
    [InlineData("a,b\n1,\"\"\n2,\n", "1|∅")]
    [InlineData("\uFEFFa,b\n1,ä€\n", "1|ä€")]
    [InlineData("year,2019,2020\n1,1.5,2\n", "1|1.5|2")]
    [InlineData("country,a,b\nDE,5' 6,2\nFR,6' 1,3\n", "DE|5' 6|2")]
    [InlineData("a,a,A,\n1,2,3,4\n", "1|2|3|4")]
    public async Task Csv_is_read_in_any_dialect(string text, string first)
    {
        var version = await node.PutAsync("d.csv", text);
        version.Note.ShouldBeNull();
        (await node.RowsAsync(version))[0].ShouldBe(first);
    }

    [Fact]
    public async Task Csv_without_a_header_says_so()
    {
        var version = await node.PutAsync("d.csv", "1,x\n2,y\n");
        version.Columns.ShouldBe([new("column1", "BIGINT"), new("column2", "VARCHAR")]);
        version.Note.ShouldNotBeNull().ShouldContain("'header'");
        (await node.PutAsync("d.csv", "1,x\n2,y\n", new ReadOptions { Header = true })).Columns[0].Name.ShouldBe("1");
    }

    [Theory]
    [InlineData("utf-16", true, false)]
    [InlineData("utf-16BE", true, false)]
    [InlineData("utf-16", false, false)]
    [InlineData("iso-8859-1", false, true)]
    public async Task Text_in_another_encoding_is_read_as_it_is_meant(string encoding, bool hasMark, bool isNoted)
    {
        var writer = Encoding.GetEncoding(encoding);
        var version = await node.PutAsync("", [.. hasMark ? writer.GetPreamble() : [], .. writer.GetBytes("a;b\n1;Grüße\n")]);
        (await node.RowsAsync(version)).ShouldBe(["1|Grüße"]);
        (version.Note is not null).ShouldBe(isNoted);
        version.Format.ShouldBe("csv");
    }

    [Fact]
    public async Task Decimal_commas_null_texts_and_types_are_taken_as_they_are_said()
    {
        var version = await node.PutAsync(
            "d.csv",
            "code;price;note;when\n7;1,50;a,b.c;10\nNA;2,25;NA;20\n",
            new ReadOptions { Decimal = ",", Null = "NA", Types = new Dictionary<string, string> { ["code"] = "text", ["WHEN"] = "number" } });
        version.Columns.ShouldBe([new("code", "VARCHAR"), new("price", "DECIMAL(18,2)"), new("note", "VARCHAR"), new("when", "DOUBLE")]);
        (await node.RowsAsync(version)).ShouldBe(["7|1.50|a,b.c|10.0", "∅|2.25|∅|20.0"]);
    }

    [Theory]
    [InlineData("a", "integer", "Row 2 has 'x'")]
    [InlineData("z", "text", "its columns are a, b")]
    [InlineData("a", "word", "no type")]
    [InlineData("a", "VARCHAR); DROP TABLE x --", "no type")]
    public async Task Types_that_cannot_be_are_refused(string column, string type, string message)
    {
        var read = new ReadOptions { Types = new Dictionary<string, string> { [column] = type } };
        (await Should.ThrowAsync<IngestException>(() => node.PutAsync("d.csv", "a,b\n1,2\nx,3\n", read))).Message.ShouldContain(message);
        (await node.Catalog.FindAsync("data", default)).ShouldBeNull();
        node.ArtifactCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("d.json", "[{\"a\": 1, \"b\": \"007\"}, {\"a\": 2.5, \"b\": \"8\", \"c\": {\"x\": [1]}}]", "json")]
    [InlineData("d.ndjson", "{\"a\":1,\"b\":\"007\"}\n{\"a\":2.5,\"b\":\"8\",\"c\":{\"x\":[1]}}\n", "ndjson")]
    [InlineData("", "{\"a\":1,\"b\":\"007\"}\n{\"a\":2.5,\"b\":\"8\",\"c\":{\"x\":[1]}}\n", "json")]
    public async Task Json_is_read_with_the_types_that_it_says(string name, string text, string format)
    {
        var version = await node.PutAsync(name, text);
        version.Format.ShouldBe(format);
        version.Columns.ShouldBe([new("a", "DOUBLE"), new("b", "VARCHAR"), new("c", "JSON")]);
        (await node.RowsAsync(version)).ShouldBe(["1.0|007|∅", "2.5|8|{\"x\":[1]}"]);
    }

    [Fact]
    public async Task Json_values_of_several_types_stay_apart()
    {
        var version = await node.PutAsync(
            "d.json", "[{\"a\":1,\"n\":123456789012345678901,\"t\":\"2026-01-01\",\"z\":null},{\"a\":\"1\",\"n\":1,\"t\":\"2026-01-02\",\"z\":null}]");
        version.Columns.ShouldBe([new("a", "JSON"), new("n", "JSON"), new("t", "DATE"), new("z", "VARCHAR")]);
        (await node.RowsAsync(version)).ShouldBe(["1|123456789012345678901|2026-01-01|∅", "\"1\"|1|2026-01-02|∅"]);
    }

    [Fact]
    public async Task Packed_files_are_read_and_kept_as_they_were_sent()
    {
        var text = Encoding.UTF8.GetBytes("a,b\n1,x\n2,y\n");
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(text);
        using var zstd = new ZstdSharp.Compressor();
        foreach (var (bytes, name, format) in new[] { (packed.ToArray(), "d.csv.gz", "csv+gzip"), (zstd.Wrap(text).ToArray(), "", "csv+zstd") })
        {
            var version = await node.PutAsync(name, bytes);
            version.Format.ShouldBe(format);
            version.Bytes.ShouldBe(bytes.Length);
            (await node.RowsAsync(version)).ShouldBe(["1|x", "2|y"]);
            await using var kept = await node.Artifacts.OpenAsync(version.Digest!, default);
            using var copy = new MemoryStream();
            await kept.CopyToAsync(copy);
            copy.ToArray().ShouldBe(bytes);
        }
    }

    [Fact]
    public async Task Parquet_is_read_packed_or_not()
    {
        var path = node["p.parquet"];
        await using (var session = node.Engine.Open(new Storage.Datasets.DuckDbAccess([path], [])))
            await session.ExecuteAsync($"COPY (SELECT range AS id, '00' || range AS code, [range] AS list FROM range(3)) TO '{path}'", default);
        var bytes = await File.ReadAllBytesAsync(path);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(bytes);
        foreach (var (contents, format) in new[] { (bytes, "parquet"), (packed.ToArray(), "parquet+gzip") })
        {
            var version = await node.PutAsync("", contents);
            version.Format.ShouldBe(format);
            version.Columns.ShouldBe([new("id", "BIGINT"), new("code", "VARCHAR"), new("list", "BIGINT[]")]);
            (await node.RowsAsync(version)).ShouldBe(["0|000|[0]", "1|001|[1]", "2|002|[2]"]);
        }
    }

    [Fact]
    public async Task Rows_that_are_appended_follow_those_before_and_take_their_types()
    {
        await node.PutAsync("d.csv", "code,x\n7a,1.5\n");
        var version = await node.PutAsync("e.csv", "x,code,extra\n2,8,9\n", isAppended: true);
        version.Version.ShouldBe(2);
        version.Rows.ShouldBe(2);
        version.Columns.ShouldBe([new("code", "VARCHAR"), new("x", "DOUBLE"), new("extra", "BIGINT")]);
        (await node.RowsAsync(version)).ShouldBe(["7a|1.5|∅", "8|2.0|9"]);
        await Should.ThrowAsync<IngestException>(() => node.PutAsync("f.md", "no table", isAppended: true));
    }
}
