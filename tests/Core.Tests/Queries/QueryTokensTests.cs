using System.Text;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Queries;

/// <summary>A query that is tokenized once and read by several schemas.</summary>
public sealed class QueryTokensTests
{
    private static readonly QuerySchema First = Of(
        ServedManifests.Number("n", nullable: true),
        ServedManifests.Category("region"),
        new() { Name = "count", Type = FeatureType.Int, Nullable = true });

    private static readonly QuerySchema Second = Of(
        new() { Name = "flag", Type = FeatureType.Bool, Nullable = true },
        new() { Name = "n", Type = FeatureType.Text, Nullable = true });

    private static readonly FieldNames Both = new(First.Fields.Concat(Second.Fields).Distinct());

    [Fact]
    public void Each_schema_reads_its_own_fields_of_the_rows_picked_and_passes_over_those_of_others()
    {
        var query = Tokens(
            """
            {"rows": [{"n": 1}, {"flag": true, "n": 2.50, "region": "a"}, {"n": "three"}, {"n": 4, "unknown": [1, {}]}, {"count": 5}],
             "query_id": "q"}
            """);
        var first = Read(query, First, 1, 4);
        first.Features.Errors.ShouldBeEmpty();
        first.QueryId.ShouldBe("q");
        (first.Get(0, "n"), first.Get(0, "region"), first.Get(1, "count")).ShouldBe((2.5f, "a", 5L));

        var second = Read(query, Second, 0, 1, 2);
        second.Features.Errors.ShouldBeEmpty();
        (second.Get(0, "n"), second.Get(1, "n"), second.Get(1, "flag"), second.Get(2, "n")).ShouldBe(("1", "2.50", true, "three"));

        Read(query, First, 2, 3).Features.Errors.Select(wrong => (wrong.Row, wrong.Field)).ShouldBe([(0, "n"), (1, "unknown")]);
    }

    [Theory]
    [InlineData("""{"rows": [{"n": 1.5, "region": "s\u00fcd", "count": 9223372036854775807}]}""")]
    [InlineData("""{"rows": [{"count": -0.0, "n": 1e-50, "region": "ü"}]}""")]
    [InlineData("""{"rows": [{"n": null, "region": "a\\\"b", "customer": 12345678901234567890}, {"customer": 1.25, "region": 17.0}]}""")]
    [InlineData("""{"rows": [{"n": 1, "n": 2, "region": ""}, {"n": [1, [2]], "region": {}}], "entity": "e"}""")]
    [InlineData("""{"rows": [{"n": 1e400, "count": 1.5, "region": true}, {"customer": 1e400}, {"who": 1, "na\u006de": 2, "\u006e": 3}]}""")]
    public void Rows_are_those_that_one_schema_alone_reads(string json) => ReadAlike(json);

    [Theory]
    [InlineData("x", 200)]
    [InlineData("ü", 200)]
    [InlineData("\\u00fc", 20)]
    [InlineData("\\u00fc", 200)]
    public void Texts_of_any_length_are_those_that_one_schema_alone_reads(string letter, int length)
    {
        var text = string.Concat(Enumerable.Repeat(letter, length));
        ReadAlike($$"""{"query_id": "q", "rows": [{"customer": "{{text}}", "region": "{{text}}"}]}""");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rows": []}""")]
    [InlineData("""{"rows": [1]}""")]
    [InlineData("""{"rows": {"n": 1}}""")]
    [InlineData("""{"rows": [{"n": 1}]""")]
    [InlineData("""{"rows": [{"n": 1}]} {}""")]
    [InlineData("""{"rows": [{"n": 1}], "rows": []}""")]
    [InlineData("""{"rows": [{"n": 1}], "entity": 5}""")]
    [InlineData("""{"rows": [{"n": 1}], "more": 5}""")]
    [InlineData("""{"rows": [{"n": 1}], "query_id": ".."}""")]
    [InlineData("""{"rows": [{"\ud800": 1}]}""")]
    public void Request_that_is_none_is_refused_as_by_one_schema(string json) =>
        QueryTokens.Read(Encoding.UTF8.GetBytes(json), First.Names).Error.ShouldNotBeNull().ShouldBe(
            QueryRowsReader.Read(Encoding.UTF8.GetBytes(json), First).Error);

    [Fact]
    public void Text_that_cannot_be_decoded_is_refused_by_those_who_read_it_with_its_position()
    {
        const string json = """{"rows": [{"n": 1}, {"region": "\ud800"}]}""";
        var query = Tokens(json);
        Read(query, First, 0).Get(0, "n").ShouldBe(1f);
        Read(query, Second, 0, 1).Features.Errors.ShouldBeEmpty();
        var (_, error) = TokenRowsReader.Read(query, First, new FieldMap(Both, First), [1]);
        error.ShouldNotBeNull().ShouldBe(QueryRowsReader.Read(Encoding.UTF8.GetBytes(json), First).Error);
        error!.Kind.ShouldBe(ServingErrorKind.InvalidQuery);
    }

    [Fact]
    public void Rows_are_bounded_for_each_schema_by_its_own_fields()
    {
        var narrow = new QuerySchema(Manifest(ServedManifests.Number("n")), new QueryLimits(100, 6));
        var query = Tokens("""{"rows": [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}, {"n": 5}]}""");
        Read(query, narrow, 0, 1, 2).Features.Rows.ShouldBe(3);
        var (_, error) = TokenRowsReader.Read(query, narrow, new FieldMap(Both, narrow), [0, 1, 2, 3]);
        error.ShouldNotBeNull().Message.ShouldContain("3 rows");
    }

    [Fact]
    public void Copy_holds_when_the_memory_of_the_request_is_used_for_another()
    {
        var json = """{"rows": [{"region": "north", "n": 1}]}"""u8.ToArray();
        var copy = QueryTokens.Read(json, Both).Tokens!.Copy();
        Array.Fill(json, (byte)'x');
        var rows = Read(copy, First, 0);
        (rows.Get(0, "region"), rows.Get(0, "n")).ShouldBe(("north", 1f));
    }

    private static void ReadAlike(string json)
    {
        var (alone, error) = QueryRowsReader.Read(Encoding.UTF8.GetBytes(json), First);
        error.ShouldBeNull();
        var (tokens, _) = QueryTokens.Read(Encoding.UTF8.GetBytes(json), First.Names);
        var (rows, _) = TokenRowsReader.Read(tokens!, First, new FieldMap(First.Names, First), [.. Enumerable.Range(0, tokens!.Rows)]);
        (rows!.QueryId, rows.Entity, rows.Features.Rows).ShouldBe((alone!.QueryId, alone.Entity, alone.Features.Rows));
        rows.Features.Errors.ShouldBe(alone.Features.Errors);
        for (var row = 0; row < alone.Features.Rows; row++)
            First.Fields.Select(field => rows.Get(row, field)).ShouldBe(First.Fields.Select(field => alone.Get(row, field)));
    }

    private static QuerySchema Of(params Feature[] features) => new(Manifest(features));

    private static Manifest Manifest(params Feature[] features) =>
        ServedManifests.Of(MachineLearningTask.Regression, features) with { Entity = "customer" };

    private static QueryTokens Tokens(string json)
    {
        var (tokens, error) = QueryTokens.Read(Encoding.UTF8.GetBytes(json), Both);
        error.ShouldBeNull();
        return tokens!;
    }

    private static QueryRows Read(QueryTokens query, QuerySchema schema, params int[] picked)
    {
        var (rows, error) = TokenRowsReader.Read(query, schema, new FieldMap(Both, schema), picked);
        error.ShouldBeNull();
        return rows!;
    }
}
