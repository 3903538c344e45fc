using System.IO.Compression;
using System.Text;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Tests.Datasets;

/// <summary>Files that are damaged, or made to do damage: each is kept with a note that says where, and leaves nothing half made.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly IngestionNode node = new();

    public void Dispose()
    {
        node.Leftovers.ShouldBeEmpty();
        node.Dispose();
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5\n6,7,8\n9,9,9\n", "Line 3 has 2 fields")]
    [InlineData("a,b\n1,2\n3,4,5\n6,7\n", "Line 3 has 3 fields")]
    [InlineData("a,b\n1,\"x\n2,y\n3,z\n", "Line 2 begins a quoted field")]
    [InlineData("a,b\n1,x\0y\n", "line 2 has a byte 0")]
    [InlineData("", "empty")]
    [InlineData("\n\n", "no line")]
    public async Task Csv_that_is_damaged_is_kept_with_the_line(string text, string note) =>
        await KeptAsync("d.csv", Encoding.UTF8.GetBytes(text), note);

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "line 3")]
    [InlineData("{\"a\":1,\"a\":2}\n", "duplicate key")]
    public async Task Json_that_is_damaged_is_kept_with_the_line(string text, string note) =>
        await KeptAsync("d.ndjson", Encoding.UTF8.GetBytes(text), note);

    [Theory]
    [InlineData(10_000)]
    [InlineData(3_000_000)]
    public async Task Json_that_is_nested_deeply_is_kept(int depth) =>
        await KeptAsync("d.json", Encoding.UTF8.GetBytes($"\n{{\"a\":{new string('[', depth)}{new string(']', depth)}}}"), "Line 2");

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task Gzip_that_ends_too_early_is_kept(double share)
    {
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i},{i * 7919 % 104_729}\n"));
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("a,b\n" + text));
        await KeptAsync("d.csv.gz", packed.ToArray()[..(int)(packed.Length * share)], "gzip ends too early");
    }

    [Fact]
    public async Task File_that_would_unpack_to_more_than_there_is_room_for_is_kept()
    {
        using var small = new IngestionNode(new Storage.Datasets.DatasetsOptions { Memory = 256 << 20, Threads = 1, TemporaryBytes = 1 << 20 });
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 500_000))));
        var version = await small.PutAsync("d.csv.gz", packed.ToArray());
        version.IsTable.ShouldBeFalse();
        version.Note.ShouldNotBeNull().ShouldContain("Datasets:TemporaryBytes");
        small.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Line_that_is_too_lengthis_kept() =>
        await KeptAsync("d.csv", Encoding.UTF8.GetBytes("a,b\n1," + new string('x', 17 << 20) + "\n"), "line of 17,8");

    [Fact]
    public async Task Table_of_too_many_columns_is_kept()
    {
        var line = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"c{i}"));
        await KeptAsync("d.csv", Encoding.UTF8.GetBytes($"{line}\n{line}\n"), "100,000 columns");
        await KeptAsync(
            "d.json", Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"c{i}\":1")) + "}"), "20,000 columns");
    }

    [Fact]
    public async Task Parquet_whose_footer_lies_is_kept()
    {
        var path = node["p.parquet"];
        await using (var session = node.Engine.Open(new Storage.Datasets.DuckDbAccess([path], [])))
            await session.ExecuteAsync($"COPY (SELECT range AS id, md5(range::VARCHAR) AS code FROM range(30000)) TO '{path}' (ROW_GROUP_SIZE 10000)", default);
        var good = await File.ReadAllBytesAsync(path);
        await KeptAsync("cut.parquet", good[..(good.Length / 2)], "");
        var zeroed = good.ToArray();
        zeroed.AsSpan(good.Length / 3, 2000).Clear();
        await KeptAsync("zeroed.parquet", zeroed, "");
        var length = good.ToArray();
        BitConverter.TryWriteBytes(length.AsSpan(good.Length - 8), int.MaxValue);
        await KeptAsync("length.parquet", length, "");
    }

    [Fact]
    public async Task Bytes_of_anything_are_kept_as_they_are()
    {
        var bytes = new byte[5000];
        new Random(3).NextBytes(bytes);
        await KeptAsync("photo.jpg", bytes, "no text");
        await KeptAsync("README.md", "# Words, and commas\n"u8.ToArray(), "'format'");
        await KeptAsync("notes", "Hello\nworld\n"u8.ToArray(), "one column");
    }

    [Fact]
    public async Task File_that_grows_while_it_is_read_is_refused()
    {
        var path = node["growing.csv"];
        await File.WriteAllTextAsync(path, "a,b\n1,2\n");
        var grower = new GrowingArtifacts(node.Artifacts, path);
        var ingestion = node.IngestionOver(grower);
        (await Should.ThrowAsync<IngestException>(() => ingestion.IngestAsync(
            new IngestRequest { Dataset = "data", Path = path, Origin = "folder", By = "ann" }, default))).Message.ShouldContain("changed");
        (await node.Catalog.FindAsync("data", default)).ShouldBeNull();
    }

    private async Task KeptAsync(string name, byte[] contents, string note)
    {
        var version = await node.PutAsync(name, contents);
        version.IsTable.ShouldBeFalse($"{name}: {version.Format}");
        version.Rows.ShouldBeNull();
        version.Note.ShouldNotBeNullOrEmpty();
        version.Note.ShouldContain(note);
        version.Note.ShouldNotContain("/tmp/");
        (await node.Catalog.ListPartsAsync("data", version.Version, default)).ShouldBeEmpty();
        (await node.Artifacts.ExistsAsync(version.Digest!, default)).ShouldBeTrue();
    }
}
