using Progeny.Core.Datasets.Contracts;
using Progeny.Storage.Datasets.Contracts;

namespace Progeny.Storage.Tests.Datasets.Contracts;

public sealed class QuarantineTests : IDisposable
{
    private const string Prices =
        """{"properties": {"id": {"type": "integer"}, "price": {"type": "number", "minimum": 0}}, "required": ["price"]}""";
    private const string Rows = "FROM (VALUES (1, '12,5'), (2, '3.5'), (3, 'free'), (4, '-1'), (5, '1,5')) AS t(id, price)";

    private readonly ContractLab lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public async Task Rows_that_a_mapping_mends_land_once_and_the_others_stay_as_they_came()
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);

        var entry = (await lab.ReplayAsync(version.Version, mapping: ("price", "replace(price, ',', '.')")))!;

        var replay = entry.Replays.ShouldHaveSingleItem();
        (replay.Landed, replay.Remaining, replay.Version).ShouldBe((2, 2, 2));
        entry.State.ShouldBe(QuarantineState.Waiting);
        (await lab.ReadAsync("id || ':' || price")).ShouldBe(["2:3.5", "1:12.5", "5:1.5"]);
        (await lab.Catalog.FindVersionAsync(ContractLab.Name, null, default))!.Rows.ShouldBe(3);
        (await lab.QuarantinedAsync(version.Version)).Select(row => (row.Row, row.Values["price"])).ShouldBe([(3, "free"), (4, "-1")]);

        (await lab.ReplayAsync(version.Version, mapping: ("price", "replace(price, ',', '.')")))!.Replays[^1].Landed.ShouldBe(0);
        (await lab.ReadAsync("id")).Count.ShouldBe(3);

        await lab.SetAsync(Prices.Replace(", \"minimum\": 0", "", StringComparison.Ordinal));
        var ended = (await lab.ReplayAsync(version.Version, mapping: ("price", "CASE price WHEN 'free' THEN '0' ELSE price END")))!;
        ended.State.ShouldBe(QuarantineState.Landed);
        (await lab.ReadAsync("id || ':' || price")).ShouldBe(["2:3.5", "1:12.5", "5:1.5", "3:0.0", "4:-1.0"]);
        (await Should.ThrowAsync<QuarantineException>(() => lab.ReplayAsync(version.Version))).IsConflict.ShouldBeTrue();
    }

    [Fact]
    public async Task Row_that_the_table_cannot_hold_stays_though_the_contract_lets_it_through()
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);
        await lab.SetAsync("{}");

        var entry = (await lab.ReplayAsync(version.Version))!;

        entry.Replays[^1].Landed.ShouldBe(1);
        (await lab.QuarantinedAsync(version.Version)).Select(row => row.Row).ShouldBe([1, 3, 5]);
        (await lab.ReadAsync("price")).ShouldBe(["3.5", "-1.0"]);
    }

    [Theory]
    [InlineData("price", "price, id")]
    [InlineData("price", "price FROM range(3)")]
    [InlineData("price", "1); SELECT (2")]
    [InlineData("price", "1; SELECT 2")]
    [InlineData("price", "(SELECT content FROM read_text('/etc/hostname'))")]
    [InlineData("price", "unnest(['1', '2'])")]
    [InlineData("price", "sum(id)")]
    [InlineData("price", "nonsense(price)")]
    [InlineData("price", "'1' -- what follows")]
    [InlineData("price", "*")]
    [InlineData("price", "row_number() OVER ()")]
    [InlineData("prices", "1")]
    public async Task Mapping_that_is_no_expression_of_one_row_is_refused_or_does_no_harm(string column, string sql)
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);

        if (sql.StartsWith("'1' --", StringComparison.Ordinal))
        {
            (await lab.ReplayAsync(version.Version, mapping: (column, sql)))!.Replays[^1].Landed.ShouldBe(4);
            return;
        }

        (await Should.ThrowAsync<QuarantineException>(() => lab.ReplayAsync(version.Version, mapping: (column, sql))))
            .IsConflict.ShouldBeFalse();
        (await lab.QuarantinedAsync(version.Version)).Count.ShouldBe(4);
        (await lab.ReadAsync("id")).ShouldBe(["2"]);
    }

    [Fact]
    public async Task Rows_of_a_table_that_was_replaced_land_only_by_force()
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);
        await lab.PutAsync("SELECT 9 AS id, 9.5 AS price");

        (await Should.ThrowAsync<QuarantineException>(() => lab.ReplayAsync(version.Version, mapping: ("price", "1"))))
            .IsConflict.ShouldBeTrue();
        (await lab.ReplayAsync(version.Version, force: true, ("price", "1")))!.Replays[^1].Landed.ShouldBe(4);
        (await lab.ReadAsync("id")).ShouldBe(["9", "1", "3", "4", "5"]);
    }

    [Fact]
    public async Task Dropped_rows_are_gone_and_nothing_is_replayed()
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);
        var decision = new Progeny.Core.Datasets.Catalog.HeldDecision(false, "ann", DateTimeOffset.UtcNow, "tests");

        (await lab.Quarantine.DropAsync(ContractLab.Name, version.Version, decision, default))!.State.ShouldBe(QuarantineState.Dropped);

        (await lab.QuarantinedAsync(version.Version)).ShouldBeEmpty();
        await Should.ThrowAsync<QuarantineException>(() => lab.ReplayAsync(version.Version));
        await Should.ThrowAsync<QuarantineException>(() => lab.Quarantine.DropAsync(ContractLab.Name, version.Version, decision, default));
        (await lab.Catalog.ListQuarantineAsync(ContractLab.Name, false, default)).ShouldBeEmpty();
        (await lab.Catalog.ListQuarantineAsync(ContractLab.Name, true, default)).ShouldHaveSingleItem().Dropped!.Reason.ShouldBe("tests");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Replay_that_fails_at_any_step_changes_nothing_and_lands_the_rows_when_it_is_made_again(int artifacts)
    {
        var store = new FailingArtifacts();
        using var failing = new ContractLab(inner => store.Over(inner));
        await failing.SetAsync(Prices);
        var version = await failing.PutAsync(Rows);

        store.FailAfter(artifacts);
        await Should.ThrowAsync<IOException>(() => failing.ReplayAsync(version.Version, mapping: ("price", "replace(price, ',', '.')")));
        (await failing.ReadAsync("id")).ShouldBe(["2"]);
        (await failing.QuarantinedAsync(version.Version)).Count.ShouldBe(4);

        store.FailAfter(int.MaxValue);
        (await failing.ReplayAsync(version.Version, mapping: ("price", "replace(price, ',', '.')")))!.Replays[^1].Remaining.ShouldBe(2);
        (await failing.ReadAsync("id")).ShouldBe(["2", "1", "5"]);
        (await failing.QuarantinedAsync(version.Version)).Select(row => row.Row).ShouldBe([3, 4]);
    }

    [Fact]
    public async Task Replays_at_the_same_time_land_rows_once()
    {
        await lab.SetAsync(Prices);
        var version = await lab.PutAsync(Rows);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await lab.ReplayAsync(version.Version, mapping: ("price", "'1'"));
            }
            catch (QuarantineException exception) when (exception.IsConflict)
            {
            }
        }));

        (await lab.ReadAsync("id")).Order().ShouldBe(["1", "2", "3", "4", "5"]);
        (await lab.Catalog.FindQuarantineAsync(ContractLab.Name, version.Version, default))!.State.ShouldBe(QuarantineState.Landed);
    }
}
