using System.Text;
using Progeny.Core.Datasets.Catalog;
using Progeny.Storage.Datasets.Reading;

namespace Progeny.Storage.Tests.Datasets;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly IngestionNode node = new();
    private readonly DatasetReader reader;

    public DatasetReaderTests() => reader = new DatasetReader(node.Catalog, node.Artifacts, node.Engine);

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task Rows_are_json_of_their_values()
    {
        var version = await node.PutAsync(
            "d.csv", "a,b,c,d\n1,x,1.5,2026-01-31\n2,,nan,2026-02-01\n3,z,2,2026-02-02\n", new ReadOptions { Types = new Dictionary<string,
                string> { ["c"] = "number" } });
        (await reader.ReadRowsAsync(version, 0, 2, default)).Select(row => row.GetRawText()).ShouldBe(
            ["""{"a":1,"b":"x","c":1.5,"d":"2026-01-31"}""", """{"a":2,"b":null,"c":"nan","d":"2026-02-01"}"""]);
        (await reader.ReadRowsAsync(version, 2, 5, default)).ShouldHaveSingleItem().GetProperty("a").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Profile_says_what_the_values_are_and_is_kept()
    {
        var text = new StringBuilder("n,code,city,day,b\n");
        for (var i = 0; i < 2_000; i++)
            text.Append(i % 10 == 0 ? "" : $"{i}").Append(i == 7 ? ",007" : $",{i}").Append(i % 4 == 0 ? ",Rome"
                : ",Oslo").Append(",2026-01-0").Append(1 + (i % 9)).Append(",true\n");
        var version = await node.PutAsync("d.csv", text.ToString());
        var profile = await reader.ProfileAsync(version, default);

        profile.Rows.ShouldBe(2_000);
        var number = profile.Columns[0];
        (number.Type, number.Nulls, number.Min, number.Max).ShouldBe(("BIGINT", 200, "1", "1999"));
        number.Mean.ShouldNotBeNull().ShouldBe(1_000, 1);
        number.Deviation.ShouldNotBeNull().ShouldBe(577, 2);
        number.Quantiles.Count.ShouldBe(ColumnProfile.QuantileSteps + 1);
        (number.Quantiles[0], number.Quantiles[^1]).ShouldBe((1, 1999));
        number.Quantiles[10].ShouldBe(1_000, 20);
        number.Distinct.ShouldBeInRange(1_600, 1_800);
        var code = profile.Columns[1];
        code.Type.ShouldBe("VARCHAR");
        code.Looks.ShouldBe(new LikelyType("number", 2_000, 1, "007"));
        code.Examples.ShouldBe(["0", "1", "2", "3", "4"]);
        (code.MinLength, code.MaxLength).ShouldBe((1, 4));
        profile.Columns[2].Top.ShouldBe([new ValueCount("Oslo", 1_500), new ValueCount("Rome", 500)]);
        (profile.Columns[3].Type, profile.Columns[3].Min, profile.Columns[3].Max).ShouldBe(("DATE", "2026-01-01", "2026-01-09"));
        profile.Columns[3].Quantiles.Count.ShouldBe(ColumnProfile.QuantileSteps + 1);
        profile.Columns[4].Top.ShouldBe([new ValueCount("true", 2_000)]);

        var known = (await node.Catalog.FindVersionAsync("data", 1, default))!;
        known.Profile.ShouldNotBeNull();
        (await reader.ProfileAsync(known, default)).Columns[2].Top.ShouldBe(profile.Columns[2].Top);
    }

    [Fact]
    public async Task Profile_takes_values_of_every_type_and_none()
    {
        var path = node["p.parquet"];
        await using (var session = node.Engine.Open(new Storage.Datasets.DuckDbAccess([path], [])))
        {
            await session.ExecuteAsync(
                $"""
                COPY (SELECT NULL::BIGINT AS none, [range] AS list, MAP([range], ['x']) AS map, 'a'::BLOB AS blob, uuid() AS id,
                    INTERVAL 1 DAY AS span,
                    TIME '10:00:00' AS clock, TIMESTAMPTZ '2026-01-01 00:00:00Z' AS moment, 'NaN'::DOUBLE AS nan, 1e308::DOUBLE AS large,
                    1.5::DECIMAL(9,2) AS price, 'it''s' AS quoted, true AS flag FROM range(3)) TO '{path}'
                """,
                default);
        }

        var version = await node.PutAsync("p.parquet", await File.ReadAllBytesAsync(path));
        var profile = await reader.ProfileAsync(version, default);
        profile.Columns.Select(column => column.Nulls).ShouldBe([3, .. Enumerable.Repeat(0L, 12)]);
        profile.Columns.Single(column => column.Name == "quoted").Top.ShouldBe([new ValueCount("it's", 3)]);
        profile.Columns.Single(column => column.Name == "price").Mean.ShouldBe(1.5);
        profile.Columns.Single(column => column.Name == "nan").Mean.ShouldBeNull();
    }

    [Fact]
    public async Task Comparison_says_what_changed()
    {
        await node.PutAsync("d.csv", "id,city,old\n" + string.Concat(Enumerable.Range(0, 1_000).Select(i =>
            $"{i},{(i % 2 == 0 ? "Rome" : "Oslo")},1\n")));
        await node.PutAsync("d.csv", "id,city,extra\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{i + 500},Rome,\n")));
        var (before, after) = (await node.Catalog.FindVersionAsync("data", 1, default), await node.Catalog.FindVersionAsync("data", 2,
            default));
        var comparison = ProfileComparison.Of(await reader.ProfileAsync(before!, default), await reader.ProfileAsync(after!, default));

        (comparison.RowsBefore, comparison.RowsAfter).ShouldBe((1_000, 500));
        comparison.Columns.Select(column => column.Name).ShouldBe(["id", "city", "extra", "old"]);
        comparison.Columns[0].Shift.ShouldNotBeNull().ShouldBe(0.5, 0.05);
        comparison.Columns[1].Shift.ShouldNotBeNull().ShouldBe(0.5, 1e-9);
        (comparison.Columns[2].TypeBefore, comparison.Columns[2].NullsAfter).ShouldBe((null, 1));
        (comparison.Columns[3].TypeAfter, comparison.Columns[3].Shift).ShouldBe((null, null));
        ProfileComparison.Of(await reader.ProfileAsync(before!, default), await reader.ProfileAsync(before!, default)).Columns
            .ShouldAllBe(column => column.Shift < 1e-9);
    }
}
