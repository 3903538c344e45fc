using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Datasets.Rows;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Contracts;

namespace Progeny.Storage.Tests.Datasets.Rows;

/// <summary>What appending rows promises.</summary>
public abstract class AppendedRowsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private IHost? host;

    private RowAppender Appender => Get<RowAppender>();

    private IDatasetTail Tail => Get<IDatasetTail>();

    private IDatasetCatalog Catalog => Get<IDatasetCatalog>();

    public async Task InitializeAsync() => await OpenAsync();

    public async Task DisposeAsync()
    {
        await CloseAsync();
        folder.Dispose();
    }

    [ContractFact]
    public async Task Rows_are_read_before_they_are_in_a_version_and_behind_it()
    {
        var receipt = await AppendAsync("""{"id": 1, "code": "007"}""" + "\n\n" + """{"id": 2, "code": "x", "price": 1.5}""" + "\n");
        receipt.ShouldBe(new AppendReceipt { Rows = 2, Stored = 2 }, new ReceiptComparer());
        (await ReadAsync()).ShouldBe(["1|007|NULL", "2|x|1.5"]);
        (await Catalog.FindVersionAsync("orders", null, default)).ShouldBeNull();

        await Tail.FlushAsync("orders", default);
        (await ReadAsync()).ShouldBe(["1|007|NULL", "2|x|1.5"]);
        var version = (await Catalog.FindVersionAsync("orders", null, default))!;
        version.Columns.ShouldBe([new("id", "BIGINT"), new("code", "VARCHAR"), new("price", "DOUBLE")]);
        (version.Rows, version.Origin, version.CreatedBy, version.Version).ShouldBe((2L, "append", "ann", 1));
        (await Tail.ReadAsync("orders", folder["none"], default)).ShouldBeNull();

        await AppendAsync("""{"CODE": "008", "new": true}""");
        (await ReadAsync()).ShouldBe(["1|007|NULL|NULL", "2|x|1.5|NULL", "NULL|008|NULL|true"]);
        await ReopenAsync();
        (await ReadAsync()).ShouldBe(["1|007|NULL|NULL", "2|x|1.5|NULL", "NULL|008|NULL|true"]);
        await Tail.FlushAsync("orders", default);
        (await ReadAsync()).ShouldBe(["1|007|NULL|NULL", "2|x|1.5|NULL", "NULL|008|NULL|true"]);
    }

    [ContractFact]
    public async Task Batch_of_an_id_is_stored_once_and_another_of_the_id_is_refused()
    {
        (await AppendAsync("""{"id": 1}""", "b1")).IsKnown.ShouldBeFalse();
        await Tail.FlushAsync("orders", default);
        var again = await AppendAsync("""{"id": 1}""", "b1");
        (again.IsKnown, again.Stored, again.Batch).ShouldBe((true, 1, "b1"));
        (await Should.ThrowAsync<RowBatchConflictException>(() => AppendAsync("""{"id": 2}""", "b1"))).Message.ShouldContain("'b1'");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AppendAsync("""{"id": 3}""", "b3")));
        (await ReadAsync()).ShouldBe(["1", "3"]);
    }

    [ContractFact]
    public async Task Row_of_a_known_key_is_repeated_or_conflicting_and_never_stored_again()
    {
        await AppendAsync("""{"id": 1, "v": 1.0}""" + "\n" + """{"id": 2, "v": 2}""", key: ["id"]);
        var receipt = await AppendAsync(
            """
            {"v": 1, "id": 1}
            {"id": 2, "v": "other"}
            {"id": 3, "v": 3, "none": null}
            {"id": 3, "v": 3}
            """,
            key: ["ID"]);
        receipt.ShouldBe(
            new AppendReceipt { Rows = 4, Stored = 1, Repeated = 2, Conflicting = 1, ConflictingLines = [2] }, new ReceiptComparer());
        await Tail.FlushAsync("orders", default);
        (await AppendAsync("""{"id": 3, "v": 3e0}""")).Repeated.ShouldBe(1);
        (await ReadAsync()).ShouldBe(["1|1.0", "2|2.0", "3|3.0"]);

        (await Should.ThrowAsync<RowLineException>(() => AppendAsync("""{"id": 4}""" + "\n" + """{"id": null}"""))).Line.ShouldBe(2);
        await Should.ThrowAsync<RowBatchConflictException>(() => AppendAsync("""{"id": 4}""", key: ["v"]));
        (await ReadAsync()).Count.ShouldBe(3);
    }

    [ContractFact]
    public async Task Rows_that_two_clients_send_at_once_are_stored_once()
    {
        var lines = Enumerable.Range(0, 200).Select(i => $$"""{"id": {{i}}}""").ToArray();
        var receipts = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => AppendAsync(string.Join('\n', i % 2 == 0 ? lines : lines.Reverse()), key: ["id"])));
        receipts.Sum(receipt => receipt.Stored).ShouldBe(200);
        (await ReadAsync()).Count.ShouldBe(200);
    }

    [ContractFact]
    public async Task Put_replaces_the_table_and_its_keys_are_new_again()
    {
        await AppendAsync("""{"id": 1}""", key: ["id"]);
        await Tail.FlushAsync("orders", default);
        var before = (await Catalog.FindVersionAsync("orders", null, default))!;
        await Catalog.AddAsync(new NewVersion { Version = before with { Origin = "put", Rows = 0 }, Parts = [] }, default);
        (await AppendAsync("""{"id": 1}""")).Stored.ShouldBe(1);
        await Tail.FlushAsync("orders", default);
        (await ReadAsync()).ShouldBe(["1"]);
    }

    [ContractFact]
    public async Task Key_that_is_declared_later_covers_the_rows_that_were_there_and_those_of_files()
    {
        await AppendAndFlushAsync("""{"id": 1, "v": 1}""" + "\n" + """{"id": 2, "v": null}""");
        await AppendAsync("""{"id": 3, "v": 3.5}""");
        var receipt = await AppendAsync(
            """{"id": 1, "v": 1.0}""" + "\n" + """{"id": 3, "v": 4}""" + "\n" + """{"id": 2}""" + "\n" + """{"id": 4, "v": 4}""", key: ["id"]);
        (receipt.Stored, receipt.Repeated, receipt.Conflicting).ShouldBe((1, 2, 1));

        // A file replaces the table; its rows are known by their keys.
        var path = folder["orders.csv"];
        await File.WriteAllTextAsync(path, "id,v\n7,1\n8,2\n");
        await Get<IDatasetIngestion>().IngestAsync(
            new IngestRequest { Dataset = "orders", Path = path, FileName = "orders.csv", Origin = "put", By = "ann" }, default);
        receipt = await AppendAsync("""{"id": 7, "v": 1}""" + "\n" + """{"id": 1, "v": 5}""" + "\n" + """{"id": 8, "v": 9}""");
        (receipt.Stored, receipt.Repeated, receipt.Conflicting).ShouldBe((1, 1, 1));
        (await ReadAsync()).ShouldBe(["7|1", "8|2", "1|5"]);
    }

    [ContractFact]
    public async Task Key_that_rows_break_is_not_declared()
    {
        await AppendAndFlushAsync("""{"id": 1, "n": 1}""" + "\n" + """{"id": 1, "n": 2}""" + "\n" + """{"id": 2}""");
        (await Should.ThrowAsync<RowBatchConflictException>(() => AppendAsync("""{"id": 9}""", key: ["id"]))).Message.ShouldContain("1 (2 rows)");
        (await Should.ThrowAsync<RowBatchConflictException>(() => AppendAsync("""{"n": 9}""", key: ["n"]))).Message
            .ShouldContain("1 of its rows");
        (await Should.ThrowAsync<RowBatchConflictException>(() => AppendAsync("""{"no": 9}""", key: ["no"]))).Message
            .ShouldContain("no column 'no'");
        (await ReadAsync()).Count.ShouldBe(3);
        (await Catalog.FindAsync("orders", default))!.Key.ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Rows_that_are_put_into_quarantine_make_no_column_wider()
    {
        await AppendAndFlushAsync("""{"id": 1, "price": 2}""");
        await Get<ContractEditor>().SetAsync(
            new ContractVersion
            {
                Dataset = "orders",
                Document = """{"type": "object", "properties": {"price": {"type": "integer"}}, "x-table": {"unique": [["id"]]}}""",
                Owner = "ann", By = "ann", At = DateTimeOffset.UtcNow,
            },
            null,
            default);
        await AppendAndFlushAsync("""{"id": 2, "price": "much"}""" + "\n" + """{"id": 3, "price": 5}""");
        var version = (await Catalog.FindVersionAsync("orders", null, default))!;
        version.Columns.ShouldBe([new("id", "BIGINT"), new("price", "BIGINT")]);
        (version.Version, version.Rows, version.Quarantined).ShouldBe((2, 2L, 1L));
        (await ReadAsync()).ShouldBe(["1|2", "3|5"]);
    }

    [ContractFact]
    public async Task Batches_that_are_judged_at_once_share_no_value_that_must_be_unique()
    {
        await AppendAndFlushAsync("""{"id": 0}""");
        await Get<ContractEditor>().SetAsync(
            new ContractVersion
            {
                Dataset = "orders",
                Document = """{"type": "object", "properties": {"id": {"type": "integer"}}, "x-table": {"unique": [["id"]]}}""",
                Owner = "ann", By = "ann", At = DateTimeOffset.UtcNow,
            },
            null,
            default);
        var files = Enumerable.Range(0, 4).Select(async i =>
        {
            var path = folder[$"{i}.csv"];
            await File.WriteAllTextAsync(path, $"id\n7\n{10 + i}\n");
            await Get<IDatasetIngestion>().IngestAsync(
                new IngestRequest { Dataset = "orders", Path = path, FileName = "a.csv", Origin = "put", By = "ann", IsAppended = true },
                default);
        });
        await Task.WhenAll([.. files, AppendAndFlushAsync("""{"id": 7}""" + "\n" + """{"id": 20}""")]);
        (await ReadAsync()).Select(int.Parse).Order().ShouldBe([0, 7, 10, 11, 12, 13, 20]);
    }

    [ContractFact]
    public async Task Rows_of_an_entity_are_removed_from_versions_quarantine_and_waiting_rows()
    {
        var path = folder["orders.csv"];
        await File.WriteAllTextAsync(path, "person,v\nmallory,1\nalice,2\n");
        await Get<IDatasetIngestion>().IngestAsync(
            new IngestRequest { Dataset = "orders", Path = path, FileName = "orders.csv", Origin = "put", By = "ann" }, default);
        await AppendAndFlushAsync("""{"person": "bob", "v": 3}""");
        await Get<ContractEditor>().SetAsync(
            new ContractVersion
            {
                Dataset = "orders",
                Document = """{"type": "object", "properties": {"v": {"type": "integer", "maximum": 9}}}""",
                Owner = "ann", By = "ann", At = DateTimeOffset.UtcNow,
            },
            null,
            default);
        await AppendAndFlushAsync("""{"person": "mallory", "v": 10}""" + "\n" + """{"person": "bob", "v": 11}""" + "\n" + """{"person": "bob", "v": 4}""");
        await AppendAsync("""{"person": "mallory", "v": 5}""");
        var original = (await Catalog.FindVersionAsync("orders", 1, default))!.Digest!;

        var erasure = Get<IDatasetErasure>();
        var decision = new ErasureDecision("ada", DateTimeOffset.UtcNow);
        var erased = await erasure.EraseAsync("orders", "PERSON", "mallory", decision, default);
        (erased.Rows, erased.Quarantined, erased.Originals).ShouldBe((2, 1, 1));
        (await ReadAsync()).ShouldBe(["alice|2", "bob|3", "bob|4"]);
        var first = (await Catalog.FindVersionAsync("orders", 1, default))!;
        (first.Rows, first.Digest, first.Version).ShouldBe((1L, null, 1));
        first.Note.ShouldNotBeNull().ShouldContain("by ada");
        (await Get<IQuarantineStore>().ListQuarantineAsync("orders", false, default)).ShouldHaveSingleItem().Rows.ShouldBe(1);

        var used = await ((IDataArtifactUses)Catalog).ListUsedAsync(default);
        used.ShouldNotContain(original);
        await Get<IDataSweep>().RunAsync(DateTimeOffset.UtcNow.AddMinutes(1), new HashSet<string>(), default);
        (await Get<IDataArtifactStore>().ListAsync(default)).Order().ShouldBe(used.Order());
        (await erasure.EraseAsync("orders", "person", "mallory", decision, default)).IsNothing.ShouldBeTrue();
        (await erasure.EraseAsync("orders", "no-column", "bob", decision, default)).IsNothing.ShouldBeTrue();
    }

    [ContractFact]
    public async Task Column_becomes_as_wide_as_its_values_need_and_nothing_of_them_is_lost()
    {
        await AppendAndFlushAsync("""{"n": 1, "big": 9007199254740993, "b": true, "t": "a", "o": {"x": [1,  2]}}""");
        await AppendAndFlushAsync("""{"n": 2.5, "big": 0.5, "b": 0, "t": 1.50, "o": "x"}""");
        var version = (await Catalog.FindVersionAsync("orders", null, default))!;
        version.Columns.ShouldBe([new("n", "DOUBLE"), new("big", "VARCHAR"), new("b", "VARCHAR"), new("t", "VARCHAR"), new("o", "JSON")]);
        (await ReadAsync()).ShouldBe(["1.0|9007199254740993|true|a|{\"x\": [1,  2]}", "2.5|0.5|0|1.50|\"x\""]);
        (version.Version, version.Rows).ShouldBe((3, 2L));
        (await Catalog.FindVersionAsync("orders", 2, default))!.Origin.ShouldBe("compaction");

        // What was read before stays as it was.
        (await Catalog.FindVersionAsync("orders", 1, default))!.Columns[0].Type.ShouldBe("BIGINT");
    }

    [ContractFact]
    public async Task Small_parts_are_joined_and_rows_keep_their_order()
    {
        for (var i = 0; i < 20; i++)
            await AppendAndFlushAsync($$"""{"id": {{i}}{{(i == 7 ? ", \"new\": 1" : "")}}}""");
        (await Get<ISegmentMaker>().CompactAsync("orders", default)).ShouldBeTrue();
        (await Get<ISegmentMaker>().CompactAsync("orders", default)).ShouldBeFalse();
        var version = (await Catalog.FindVersionAsync("orders", null, default))!;
        (version.Origin, version.Rows).ShouldBe(("compaction", 20L));
        (await Catalog.ListPartsAsync("orders", version.Version, default)).ShouldHaveSingleItem().Rows.ShouldBe(20);
        (await Catalog.ListPartsAsync("orders", 20, default)).Count.ShouldBe(20);
        (await ReadAsync()).ShouldBe([.. Enumerable.Range(0, 20).Select(i => $"{i}|{(i == 7 ? "1" : "NULL")}")]);
    }

    [ContractFact]
    public async Task Segment_whose_rows_or_table_another_has_changed_is_not_made()
    {
        await AppendAsync("""{"id": 1}""");
        var rows = Get<IAppendedRows>();
        var waiting = await rows.ReadAsync("orders", 1, default);
        var version = new NewVersion
        {
            Version = new DatasetVersion { Dataset = "orders", Origin = "append", Format = "ndjson" },
            Parts = [],
            IsAppended = true,
        };
        (await rows.AddAsync(version, waiting.Latest + 1, [waiting.Batches[0].Number], default)).ShouldBeNull();
        (await rows.AddAsync(version, waiting.Latest, [waiting.Batches[0].Number + 1], default)).ShouldBeNull();
        (await rows.ListWaitingAsync(default)).ShouldHaveSingleItem().Rows.ShouldBe(1);
        (await rows.AddAsync(version, waiting.Latest, [waiting.Batches[0].Number], default))!.Version.ShouldBe(1);
        (await rows.ListWaitingAsync(default)).ShouldBeEmpty();
    }

    [ContractFact]
    public async Task Readers_see_each_row_once_while_segments_are_made()
    {
        var sent = 0;
        using var stop = new CancellationTokenSource();
        var making = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await Tail.FlushAsync("orders", default);
        });
        await AppendAsync($$"""{"id": {{sent++}}}""");
        for (var i = 0; i < 15; i++)
        {
            await AppendAsync($$"""{"id": {{sent++}}}""" + "\n" + $$"""{"id": {{sent++}}}""");
            (await ReadAsync()).Select(int.Parse).Order().ShouldBe(Enumerable.Range(0, sent));
        }

        await stop.CancelAsync();
        await making;
    }

    private protected abstract string ConnectionString { get; }

    private T Get<T>()
        where T : notnull => host!.Services.GetRequiredService<T>();

    private Task<AppendReceipt> AppendAsync(string lines, string? id = null, string[]? key = null) =>
        Appender.AppendAsync("orders", Encoding.UTF8.GetBytes(lines), id, key, "ann", default);

    private async Task AppendAndFlushAsync(string lines)
    {
        await AppendAsync(lines);
        await Tail.FlushAsync("orders", default);
    }

    private async Task OpenAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("Data", folder["data"]), new("Cluster:ConnectionString", ConnectionString), new("Datasets:Memory", "134217728")]);
        builder.Services.AddProgenyStorage(builder.Configuration, builder.Configuration.GetSection("Cluster").Get<ClusterOptions>());
        host = builder.Build();
        await host.StartAsync();
    }

    private async Task CloseAsync()
    {
        await host!.StopAsync();
        host.Dispose();
    }

    private async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>The newest table with its tail, a text a row.</summary>
    private async Task<IReadOnlyList<string>> ReadAsync()
    {
        var work = Get<DuckDbEngine>().CreateFolder();
        var tail = await Tail.ReadAsync("orders", work, default);
        var version = tail is null ? await Catalog.FindVersionAsync("orders", null, default) : tail.Version;
        var parts = tail is null ? await Catalog.ListPartsAsync("orders", version!.Version, default) : tail.Parts;
        List<string> files = [];
        foreach (var part in parts)
            files.Add(await Get<ArtifactFiles>().BringAsync(part.Digest, work, $"{part.Digest}.parquet", default));
        if (tail is not null)
            files.Add(tail.Path);
        var list = string.Join(", ", (tail?.Columns ?? version!.Columns).Select(column => SqlText.Name(column.Name)));
        await using var session = Get<DuckDbEngine>().Open(new DuckDbAccess([], [work]));
        return await session.QueryAsync(
            $"SELECT {list} FROM read_parquet({SqlText.List(files)}, union_by_name = true)",
            row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "NULL" : Text(row.GetValue(i)))),
            default);
    }

    private static string Text(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        double number when number == Math.Truncate(number) => FormattableString.Invariant($"{number:0.0}"),
        _ => FormattableString.Invariant($"{value}"),
    };

    private sealed class ReceiptComparer : IEqualityComparer<AppendReceipt>
    {
        public bool Equals(AppendReceipt? x, AppendReceipt? y) =>
            x! with { ConflictingLines = [] } == y! with { ConflictingLines = [] } && x.ConflictingLines.SequenceEqual(y.ConflictingLines);

        public int GetHashCode(AppendReceipt receipt) => 0;
    }
}
