using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using Progeny.Storage.Datasets;

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
