using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;
using Progeny.Storage.Apply.Tables;
using Progeny.Storage.Datasets;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Feeds;

namespace Progeny.Storage.Tests.Apply.Tables;

/// <summary>What tables of feeds that batch applies write promise on every database.</summary>
public abstract class FeedTableTests : IDisposable
{
    private const string Rows =
        """
        SELECT * FROM (VALUES
            (1, '007', '', 1.5::DOUBLE, 0.1::FLOAT, true, DATE '2026-01-31', TIMESTAMPTZ '2026-01-31 12:00:00+00', 1.10::DECIMAL(9,2)),
            (2, NULL, 'a,"b"' || chr(10) || 'ß', NULL, -1e-30::FLOAT, false, NULL, NULL, NULL))
            AS t(id, code, note, price, score, paid, day, made_at, amount)
        """;

    private readonly DuckDbEngine engine;

    protected FeedTableTests() => engine = new DuckDbEngine(new DatasetsOptions { Memory = 256 << 20 }, Folder["work"]);

    internal TemporaryFolder Folder { get; } = new();

    /// <summary>The feed, of the name <c>crm</c>, whose tables <c>applied*</c> may be written.</summary>
    protected abstract FeedOptions Options { get; }

    public virtual void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [ContractFact]
    public async Task Chunk_that_is_written_again_is_there_once_and_its_values_are_those_of_the_file()
    {
        using var feeds = Catalog();
        (await WriteAsync(feeds, "crm/applied", "job", 0)).ShouldBe(true);
        (await WriteAsync(feeds, "crm/applied", "job", 0)).ShouldBe(false);
        (await WriteAsync(feeds, "crm/applied", "job", 1)).ShouldBe(true);
        (await WriteAsync(feeds, "crm/applied", "other", 0)).ShouldBe(true);

        var feed = feeds.Get("crm", "flights");
        (await feed.RowsAsync("SELECT count(*) FROM applied")).ShouldBe([[6L]]);
        (await feed.RowsAsync("SELECT DISTINCT id, code, note, price, score, day FROM applied ORDER BY id")).Select(Plain).ShouldBe(
            ["1|007||1.5|0.1|2026-01-31", "2|null|a,\"b\"\nß|null|-1E-30|null"]);
        (await feed.RowsAsync("SELECT count(*) FROM applied WHERE paid AND amount = '1.10'")).ShouldBe([[3L]]);
    }

    [ContractFact]
    public async Task Chunk_whose_writing_fails_leaves_nothing_and_can_be_written()
    {
        using var feeds = Catalog();
        await Should.ThrowAsync<Exception>(() => WriteAsync(feeds, "crm/applied", "job", 0, "SELECT 4 AS id", "id, missing"));
        (await WriteAsync(feeds, "crm/applied", "job", 0, "SELECT 5 AS id", "id")).ShouldBeTrue();
        (await WriteAsync(feeds, "crm/applied", "job", 0, "SELECT 5 AS id", "id")).ShouldBeFalse();
        (await feeds.Get("crm", "flights").RowsAsync("SELECT id FROM applied")).ShouldBe([[5L]]);
    }

    [ContractFact]
    public async Task Table_that_lacks_a_column_or_may_not_be_written_is_refused_by_name()
    {
        using var feeds = Catalog();
        (await WriteAsync(feeds, "crm/applied", "job", 0, "SELECT 5 AS id", "id")).ShouldBe(true);
        (await Should.ThrowAsync<FeedException>(() => WriteAsync(feeds, "crm/applied", "job", 1, "SELECT 5 AS id, 'x' AS more", "id, more")))
            .Message.ShouldContain("The table applied has no column more; it has id.");
        (await Should.ThrowAsync<FeedException>(() => WriteAsync(feeds, "crm/customers", "job", 1))).Message
            .ShouldContain("'customers' may not be written; those that may are applied*");
    }

    private static string Plain(object?[] row) =>
        string.Join('|', row.Select(value => value is null ? "null" : ValueText.Of(value is double real ? (float)real : value)));

    private FeedCatalog Catalog() => new(OptionsOf());

    private IOptions<FeedsOptions> OptionsOf()
    {
        var options = new FeedsOptions();
        options.Feeds["crm"] = Options;
        return Microsoft.Extensions.Options.Options.Create(options);
    }

    private async Task<bool> WriteAsync(
        FeedCatalog feeds, string place, string job, int chunk, string rows = Rows, string? columns = null)
    {
        var table = new FeedTables(feeds, OptionsOf()).Open(place, "flights");
        await table.CheckAsync(default);
        await using var session = engine.Open(new DuckDbAccess([], [Folder.Path]));
        var path = Folder[$"{Guid.NewGuid():n}.parquet"];
        await session.ExecuteAsync($"COPY ({rows}) TO {SqlText.Literal(path)} (FORMAT parquet)", default);
        var described = await session.DescribeAsync($"read_parquet({SqlText.Literal(path)})", default);
        var wanted = FeedTableColumn.Of(columns is null
            ? described
            : columns.Split(", ").Select(name => described.FirstOrDefault(each => each.Name == name) ?? new DatasetColumn(name, "BIGINT")));
        await table.PrepareAsync(wanted, default);
        return await table.WriteAsync(new DuckDbRows(session, path), job, chunk, wanted, default);
    }
}
