using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets.Lake;

namespace Progeny.Storage.Tests.Datasets.Lake;

public sealed class LakeTests : IDisposable
{
    private readonly LakeFixture lake = new();

    public void Dispose() => lake.Dispose();

    [Fact]
    public async Task Query_reads_the_newest_version_and_named_ones()
    {
        await lake.PutAsync("orders", "SELECT 1 AS id, 'a' AS name");
        await lake.PutAsync("orders", "SELECT 2 AS id, 'b' AS name");
        await lake.PutAsync("my-codes", "SELECT 2 AS id, '007' AS code");

        (await lake.RowsAsync("SELECT id, name FROM datasets.orders")).ShouldBe(["2|b"]);
        (await lake.RowsAsync("SELECT orders.id FROM Datasets.Orders@1 -- datasets.other@3")).ShouldBe(["1"]);
        (await lake.RowsAsync("SELECT o.id, p.id FROM datasets.orders@1 AS o, \"datasets\".\"orders\"@2 p")).ShouldBe(["1|2"]);
        (await lake.RowsAsync("WITH t AS (SELECT * FROM datasets.\"my-codes\") SELECT code, (SELECT max(id) FROM datasets.orders) FROM t"))
            .ShouldBe(["007|2"]);
        (await lake.RowsAsync("SELECT 'datasets.orders@1', @ -5")).ShouldBe(["datasets.orders@1|5"]);
    }

    [Fact]
    public async Task Session_says_to_which_versions_its_query_resolved()
    {
        await lake.PutAsync("orders", "SELECT 1 AS id");
        await lake.PutAsync("orders", "SELECT 2 AS id");
        await using var session = await lake.Lake.OpenAsync(
            "SELECT * FROM datasets.orders JOIN datasets.orders@1 AS old USING (id)", LakeGrant.Everything("tests"), default);

        session.Versions.Select(version => version.Version).Order().ShouldBe([1, 2]);
        session.Tables.Select(table => table.ToString()).Order().ShouldBe(["datasets.orders", "datasets.orders@1"]);
    }

    [Fact]
    public async Task Parts_with_other_columns_come_together_by_name()
    {
        await lake.PutAsync("orders", "SELECT 1 AS id, 'a' AS name");
        await lake.PutAsync("orders", "SELECT 2.5 AS price, 2 AS id", isAppended: true);

        (await lake.RowsAsync("SELECT id, name, price FROM datasets.orders ORDER BY id")).ShouldBe(["1|a|-", "2|-|2.5"]);
    }

    [Fact]
    public async Task Dataset_that_is_not_and_one_that_may_not_be_read_are_the_same_error()
    {
        await lake.PutAsync("secret", "SELECT 1 AS id");
        var grant = new LakeGrant("flights", (_, name) => name != "secret");

        (await RefusedAsync("SELECT * FROM datasets.secret", grant))
            .ShouldBe("There is no dataset 'secret' that 'flights' may read (datasets.secret).");
        (await RefusedAsync("SELECT * FROM datasets.nothing@3", grant))
            .ShouldBe("There is no dataset 'nothing' that 'flights' may read (datasets.nothing@3).");
    }

    [Fact]
    public async Task Version_that_cannot_be_read_is_refused_with_the_reason()
    {
        await lake.PutAsync("orders", "SELECT 1 AS id");
        await lake.PutAsync("orders", "SELECT 2 AS id", state: DatasetState.Held);

        (await lake.RowsAsync("SELECT id FROM datasets.orders")).ShouldBe(["1"]);
        (await RefusedAsync("SELECT * FROM datasets.orders@2")).ShouldContain("held");
        (await RefusedAsync("SELECT * FROM datasets.orders@3")).ShouldContain("no version 3");
        (await RefusedAsync("SELECT * FROM datasets.orders@0")).ShouldContain("counted from 1");
        (await RefusedAsync("SELECT * FROM other.orders")).ShouldContain("no schema 'other'; there are datasets");
    }

    private async Task<string> RefusedAsync(string sql, LakeGrant? grant = null) =>
        (await Should.ThrowAsync<LakeException>(() => lake.RowsAsync(sql, grant))).Message;
}
