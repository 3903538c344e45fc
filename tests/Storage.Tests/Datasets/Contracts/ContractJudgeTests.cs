using System.Globalization;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;

namespace Progeny.Storage.Tests.Datasets.Contracts;

public sealed class ContractJudgeTests : IDisposable
{
    private const string Orders =
        """
        {
          "type": "object",
          "properties": {
            "id": { "type": "integer" },
            "price": { "type": "number", "minimum": 0, "exclusiveMaximum": 1000 },
            "kind": { "type": "string", "enum": ["it's", "new"] },
            "code": { "type": "string", "pattern": "^[A-Z]{2}$", "maxLength": 2 },
            "day": { "type": "string", "format": "date" }
          },
          "required": ["id"],
          "x-table": { "unique": [["id"]] }
        }
        """;

    private readonly ContractLab lab = new();

    public void Dispose() => lab.Dispose();

    [Fact]
    public async Task Table_without_a_contract_passes_as_it_is()
    {
        var version = await lab.PutAsync("SELECT 'x' AS id");

        version.Contract.ShouldBeNull();
        version.State.ShouldBe(DatasetState.Ready);
        (await lab.ReadAsync("id")).ShouldBe(["x"]);
    }

    [Fact]
    public async Task Rows_that_break_rules_go_to_quarantine_with_all_reasons_and_the_others_get_the_types_asked_for()
    {
        await lab.SetAsync(Orders);

        var version = await lab.PutAsync(
            """
            FROM (VALUES ('1', '12.5', 'new', 'AB', '2026-01-31'), (NULL, '-1', 'old', 'AB', NULL),
            ('3', '12,5', 'it''s', 'ABC', '2026-02-30'),
                   ('4.0', NULL, NULL, NULL, NULL), ('4', '1', 'new', 'AB', NULL), ('five', '1000', 'new', 'ab', '2026-1-1'))
            AS t(id, price, kind, code, day)
            """);

        version.Contract.ShouldBe(1);
        version.Rows.ShouldBe(2);
        version.Quarantined.ShouldBe(4);
        version.Columns.Select(column => column.Type).ShouldBe(["BIGINT", "DOUBLE", "VARCHAR", "VARCHAR", "DATE"]);
        (await lab.ReadAsync("id || ' ' || coalesce(price::VARCHAR, '-') || ' ' || coalesce(day::VARCHAR, '-')"))
            .ShouldBe(["1 12.5 2026-01-31", "4 - -"]);
        var rows = await lab.QuarantinedAsync(version.Version);
        rows.Select(row => row.Row).ShouldBe([2, 3, 5, 6]);
        rows[0].Reasons.ShouldBe(
        [
            "id is missing; a value would be right", "price: -1 is out of range; at least 0 would be right",
            "kind: old is not allowed; one of it's, new would be right",
        ]);
        rows[1].Values["price"].ShouldBe("12,5");
        rows[1].Reasons.Count.ShouldBe(4);
        rows[1].Reasons.ShouldContain("day: 2026-02-30 is no date; a date such as 2026-11-30 would be right");
        rows[2].Reasons.ShouldBe(["id: 4 is there already; each is allowed once"]);
        rows[3].Reasons.Count.ShouldBe(4);
        var entry = (await lab.Catalog.ListQuarantineAsync(ContractLab.Name, false, default)).ShouldHaveSingleItem();
        entry.Rows.ShouldBe(4);
        entry.Rules.ShouldContain(new BrokenRule("properties/price/minimum", 1));
        entry.Rules.ShouldContain(new BrokenRule("x-table/unique/0", 1));
    }

    [Fact]
    public async Task Appended_row_that_the_table_has_already_goes_to_quarantine()
    {
        await lab.SetAsync(Orders);
        await lab.PutAsync("SELECT range AS id FROM range(1000)");

        var version = await lab.PutAsync("SELECT unnest([999, 1000, 1000, 1001]) AS id", isAppended: true);

        (await lab.QuarantinedAsync(version.Version)).Select(row => row.Row).ShouldBe([1, 3]);
        (await lab.ReadAsync("id")).Count.ShouldBe(1002);
    }

    [Theory]
    [InlineData("SELECT 1 AS id, 2 AS price", """{"required": ["day"]}""", "required/day")]
    [InlineData("SELECT 1 AS id, 2 AS price", """{"properties": {"id": {}}, "additionalProperties": false}""", "additionalProperties")]
    [InlineData("SELECT [1] AS id", """{"properties": {"id": {"type": "integer"}}}""", "properties/id/type")]
    [InlineData("SELECT true AS id", """{"properties": {"id": {"type": "integer"}}}""", "properties/id/type")]
    [InlineData("SELECT 1 AS id", """{"x-table": {"rows": {"minimum": 2}}}""", "x-table/rows")]
    [InlineData("SELECT range AS id FROM range(30)", """{"x-table": {"change": {"maximum": 1}}}""", "x-table/change")]
    [InlineData("SELECT range AS id FROM range(9)",
        """{"properties": {"id": {"type": "integer", "maximum": -1}}}""", "x-table/quarantined")]
    [InlineData("SELECT range AS id FROM range(9)",
        """{"properties": {"id": {"type": "integer", "maximum": 6}}, "x-table": {"quarantined": {"maximum": 0.2}}}""",
        "x-table/quarantined")]
    [InlineData("SELECT now() - INTERVAL 2 DAY AS id",
        """{"x-table": {"freshness": {"column": "id", "maxAge": "1d"}}}""", "x-table/freshness")]
    [InlineData("SELECT 5 AS id", """{"x-table": {"columns": {"id": {"mean": {"maximum": 4}}}}}""", "x-table/columns/id/mean")]
    [InlineData("SELECT range AS id FROM range(100)",
        """{"x-table": {"columns": {"id": {"quantiles": {"0.9": {"maximum": 50}}}}}}""", "x-table/columns/id/quantiles/0.9")]
    [InlineData("SELECT unnest([1, NULL]) AS id",
        """{"x-table": {"columns": {"id": {"nulls": {"maximum": 0.4}}}}}""", "x-table/columns/id/nulls")]
    [InlineData("SELECT unnest([1, 2]) AS id",
        """{"x-table": {"columns": {"id": {"distinct": {"minimum": 3}}}}}""", "x-table/columns/id/distinct")]
    [InlineData("SELECT range * 3 AS id FROM range(10)",
        """{"x-table": {"columns": {"id": {"psi": {"maximum": 0.2}}}}}""", "x-table/columns/id/psi")]
    [InlineData("SELECT 5 AS id", """{"x-table": {"columns": {"other": {"mean": {"maximum": 4}}}}}""", "x-table/columns/other")]
    public async Task Table_that_breaks_a_rule_as_a_whole_is_held_and_what_was_read_goes_on(string sql, string contract, string path)
    {
        await lab.PutAsync("SELECT range AS id FROM range(10)");
        await lab.SetAsync(contract);

        var version = await lab.PutAsync(sql);

        version.State.ShouldBe(DatasetState.Held);
        version.HeldReason!.ShouldStartWith(path + ":");
        (await lab.ReadAsync("id")).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Table_within_all_bounds_is_read()
    {
        await lab.PutAsync("SELECT range AS id, now() AS at FROM range(1000)");
        await lab.SetAsync(
            """
            {"x-table": {"rows": {"minimum": 10, "maximum": 2000}, "change": {"minimum": -0.5, "maximum": 1},
             "freshness": {"column": "at", "maxAge": "1d"},
             "columns": {"id": {"mean": {"minimum": 400, "maximum": 600}, "quantiles": {"0.5": {"minimum": 400, "maximum": 600}},
                                "nulls": {"maximum": 0}, "distinct": {"minimum": 800}, "psi": {"maximum": 0.1, "against": 1}}}}}
            """);

        (await lab.PutAsync("SELECT range + 10 AS id, now() AS at FROM range(1000)")).State.ShouldBe(DatasetState.Ready);
    }

    [Fact]
    public async Task Released_version_is_read_and_a_dropped_one_never()
    {
        await lab.PutAsync("SELECT range AS id FROM range(10)");
        await lab.SetAsync("""{"x-table": {"rows": {"minimum": 5}}}""");
        var held = await lab.PutAsync("SELECT 1 AS id");
        var dropped = await lab.PutAsync("SELECT 2 AS id");

        var decision = new HeldDecision(true, "ann", DateTimeOffset.UtcNow, "looked at");
        (await lab.Catalog.DropHeldAsync(ContractLab.Name, dropped.Version, decision, default))!.State.ShouldBe(DatasetState.Removed);
        var released = (await lab.Catalog.ReleaseAsync(ContractLab.Name, held.Version, decision, default))!.Value;

        released.Newest!.Version.ShouldBe(held.Version);
        (await lab.ReadAsync("id")).ShouldBe(["1"]);
        (await lab.ReadAsync("id", 1)).Count.ShouldBe(10);
        (await lab.Catalog.ReleaseAsync(ContractLab.Name, held.Version, decision, default)).ShouldBeNull();
        (await lab.Catalog.ReleaseAsync(ContractLab.Name, dropped.Version, decision, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Held_batch_that_is_released_is_appended_to_the_newest_table()
    {
        await lab.PutAsync("SELECT range AS id FROM range(10)");
        await lab.SetAsync("""{"x-table": {"rows": {"maximum": 11}}}""");
        var held = await lab.PutAsync("SELECT unnest([20, 21]) AS id", isAppended: true);
        await lab.PutAsync("SELECT 10 AS id", isAppended: true);
        (await lab.ReadAsync("id")).Count.ShouldBe(11);

        var released = (await lab.Catalog.ReleaseAsync(
            ContractLab.Name, held.Version, new HeldDecision(true, "ann", DateTimeOffset.UtcNow, "fine"), default))!.Value;

        released.Newest!.Rows.ShouldBe(13);
        (await lab.ReadAsync("id")).TakeLast(3).ShouldBe(["10", "20", "21"]);
        (await lab.ReadAsync("id", held.Version)).Count.ShouldBe(12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_row_of_a_version_ends_in_exactly_one_of_table_and_quarantine(int seed)
    {
        var random = new Random(seed);
        var rows = random.Next(1, 3_000);
        await lab.SetAsync(
            $$$"""
            {"properties": {
               "a": {"type": ["integer", "null"], "minimum": {{{random.Next(-50, 50)}}}, "multipleOf": {{{random.Next(1, 3)}}} },
               "b": {"type": "number", "exclusiveMaximum": {{{random.NextDouble().ToString(CultureInfo.InvariantCulture)}}} },
               "c": {"type": "string", "minLength": {{{random.Next(0, 3)}}}, "pattern": "[{{{random.Next(0, 5)}}}-9]"}},
             "required": [{{{(random.Next(2) == 0 ? "\"b\"" : "")}}}],
             "x-table": {"unique": [["a"], ["b", "c"]], "quarantined": {"maximum": 1} } }
            """);
        var version = await lab.PutAsync(
            $$"""
            SELECT range AS n, CASE WHEN hash(range + {{seed}}) % 7 = 0 THEN NULL
                WHEN hash(range) % 11 = 0 THEN 'x' ELSE (hash(range * {{seed}}) % 900)::VARCHAR END AS a,
                CASE WHEN hash(range, 1) % 9 = 0 THEN 'NaN'::DOUBLE WHEN hash(range, 2) % 9 = 0 THEN NULL
                    ELSE (hash(range, {{seed}}) % 1000) / 900.0 END AS b,
                repeat((hash(range, 3) % 10)::VARCHAR, (hash(range, 4) % 4)::INTEGER) AS c
            FROM range({{rows}})
            """,
            files: random.Next(1, 5));

        var table = (await lab.ReadAsync("n", version.Version)).Select(long.Parse).ToList();
        var quarantined = await lab.QuarantinedAsync(version.Version);

        table.Concat(quarantined.Select(row => long.Parse(row.Values["n"]!, CultureInfo.InvariantCulture))).Order()
            .ShouldBe(Enumerable.Range(0, rows).Select(row => (long)row));
        table.ShouldBe(table.Order());
        quarantined.ShouldAllBe(row => row.Reasons.Count > 0 && row.Values["n"] == (row.Row - 1).ToString(CultureInfo.InvariantCulture));
        version.Quarantined.ShouldBe(quarantined.Count);
        var kept = (await lab.ReadAsync("a", version.Version)).Where(value => value != "null").ToList();
        kept.Distinct().Count().ShouldBe(kept.Count);
    }

    [Fact]
    public async Task Names_of_columns_that_SQL_or_the_judge_uses_do_no_harm()
    {
        await lab.SetAsync("""{"properties": {"n": {"type": "integer", "maximum": 1}, "a\"b": {"type": "string"}}}""");

        var version = await lab.PutAsync(
            """
            SELECT unnest([1, 2]) AS n, 7 AS progeny_row, 8 AS file_row_number, 'r' AS r0, 'x' AS "a""b", 's' AS broken, 'f' AS filename
            """);

        version.State.ShouldBe(DatasetState.Ready);
        (await lab.ReadAsync("n")).ShouldBe(["1"]);
        (await lab.QuarantinedAsync(version.Version)).ShouldHaveSingleItem().Values["a\"b"].ShouldBe("x");
    }

    [Fact]
    public async Task Inferred_contract_is_a_contract_and_is_kept_by_what_it_was_inferred_from()
    {
        const string sql = """
            SELECT range AS id, 'k' || range % 3 AS kind,
                CASE WHEN range % 10 = 0 THEN NULL ELSE range * 0.25 END AS price, range % 2 = 0 AS flag,
                now() - to_minutes(range) AS at, DATE '2026-01-01' + (range % 30)::INTEGER AS day,
                [range] AS list, 'a' || range AS code FROM range(500)
            """;
        await lab.PutAsync(sql);

        var document = (await lab.Inference.InferAsync(ContractLab.Name, null, default))!;

        document["required"]!.AsArray().Select(name => (string)name!).ShouldBe(["id", "kind", "flag", "at", "day", "list", "code"]);
        document["properties"]!["kind"]!["enum"]!.AsArray().Select(value => (string)value!).ShouldBe(["k0", "k1", "k2"]);
        ((string)document["properties"]!["day"]!["format"]!).ShouldBe("date");
        document["x-table"]!["unique"]!.ToJsonString().ShouldBe("""[["id"],["code"]]""");
        await lab.SetAsync(document.ToJsonString());
        var version = await lab.PutAsync(sql);
        version.HeldReason.ShouldBeNull();
        version.Quarantined.ShouldBe(0);
        (await lab.PutAsync("SELECT 'x' AS id")).State.ShouldBe(DatasetState.Held);
    }

    [Fact]
    public async Task Pattern_that_is_no_regular_expression_is_refused_with_its_path()
    {
        var refused = await Should.ThrowAsync<ContractException>(
            () => lab.SetAsync("""{"properties": {"code": {"type": "string", "pattern": "(?=x)"}}}"""));
        refused.Errors.ShouldHaveSingleItem().Path.ShouldBe("properties/code/pattern");
    }
}
