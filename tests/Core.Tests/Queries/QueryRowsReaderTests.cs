using System.Text;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Queries;

public sealed class QueryRowsReaderTests
{
    private static readonly Manifest Shop = ServedManifests.Of(
        MachineLearningTask.Regression, ServedManifests.Number("rating", nullable: true), ServedManifests.Category("region")) with
    {
        Entity = "customer",
        Augment = [
            new()
            {
                Name = "facts",
                Feed = "shops",
                Query = "SELECT rating FROM shops WHERE id = :shop AND kind = ':no'",
                Features = ["rating"],
            },
        ],
    };

    [Fact]
    public void Fields_are_features_the_entity_and_the_parameters_of_augmentation()
    {
        var schema = new QuerySchema(Shop);
        schema.Fields.ShouldBe(["rating", "region", "customer", "shop"]);
        schema.NameOf(0).ShouldBe("rating");
        schema.NameOf(3).ShouldBe("shop");
    }

    [Fact]
    public void Rows_in_any_order_of_fields_are_read()
    {
        var rows = ServedManifests.Read(
            Shop, """{"shop":7,"region":"north","rating":4},{"region":"s\u00fcd","customer":true,"shop":"a"}""");
        rows.Features.Rows.ShouldBe(2);
        rows.Features.Errors.ShouldBeEmpty();
        rows.Get(0, "rating").ShouldBe(4f);
        rows.Get(0, "shop").ShouldBe(7L);
        rows.Get(1, "rating").ShouldBeNull();
        rows.Get(1, "region").ShouldBe("s\u00fcd");
        rows.Get(1, "shop").ShouldBe("a");
        rows.Get(1, "none").ShouldBeNull();
        rows.EntityOf(0).ShouldBeNull();
        rows.EntityOf(1).ShouldBe("true");
    }

    [Fact]
    public void What_is_said_beside_the_rows_is_read_before_or_behind_them()
    {
        foreach (var json in (string[])["""{"query_id":"q","entity":"e","rows":[{}]}""", """{"rows":[{}],"entity":"e","query_id":"q"}"""])
        {
            var (rows, _) = QueryRowsReader.Read(Encoding.UTF8.GetBytes(json), new QuerySchema(Shop));
            rows!.QueryId.ShouldBe("q");
            rows.EntityOf(0).ShouldBe("e");
        }

        var (without, _) = QueryRowsReader.Read("{\"rows\":[{}],\"query_id\":null,\"entity\":null}"u8, new QuerySchema(Shop));
        without!.QueryId.ShouldBeNull();
        without.Entity.ShouldBeNull();
    }

    [Theory]
    [InlineData("region", "\u00fc", 3, null)]
    [InlineData("region", "x", 7, "the text has 7 bytes; at most 6 are allowed (Serving:MaxTextBytes)")]
    [InlineData("region", "\u00fc", 4, "the text has 8 bytes; at most 6 are allowed (Serving:MaxTextBytes)")]
    [InlineData("region", "\\u0041", 6, null)]
    [InlineData("region", "\\u0041", 7, "the text has 7 bytes; at most 6 are allowed (Serving:MaxTextBytes)")]
    [InlineData("shop", "x", 7, "the text has 7 bytes; at most 6 are allowed (Serving:MaxTextBytes)")]
    public void Text_that_is_too_long_is_refused_by_row_and_field(string field, string character, int count, string? expected)
    {
        var text = string.Concat(Enumerable.Repeat(character, count));
        var (rows, _) = QueryRowsReader.Read(
            Encoding.UTF8.GetBytes($$"""{"rows":[{},{"{{field}}":"{{text}}"}]}"""), new QuerySchema(Shop, new QueryLimits(6, 100)));

        var errors = rows!.Features.Errors.Select(error => (error.Row, error.Field, error.Message));
        errors.ShouldBe(expected is null ? [] : [(1, field, expected)]);
    }

    [Fact]
    public void Number_that_is_a_text_is_no_longer_than_one()
    {
        var (rows, _) = QueryRowsReader.Read("""{"rows":[{"region":1234567}]}"""u8, new QuerySchema(Shop, new QueryLimits(6, 100)));
        rows!.Features.Errors.ShouldHaveSingleItem().Message.ShouldContain("Serving:MaxTextBytes");
    }

    [Fact]
    public void Rows_times_fields_are_bounded()
    {
        var schema = new QuerySchema(Shop, new QueryLimits(100, 8));
        QueryRowsReader.Read("""{"rows":[{},{}]}"""u8, schema).Error.ShouldBeNull();
        QueryRowsReader.Read("""{"rows":[{},{},{}]}"""u8, schema).Error.ShouldNotBeNull().Message.ShouldBe(
            "A request may carry at most 8 values (Serving:MaxValues): 2 rows of the project's 4 fields.");
    }

    [Fact]
    public void Missing_values_are_judged_when_augmentation_has_had_its_turn()
    {
        var rows = ServedManifests.Read(Shop, """{"rating":1},{"region":null}""");
        rows.Features.Errors.ShouldBeEmpty();
        rows.Features.CheckMissing();
        rows.Features.Errors.Select(error => $"{error.Row} {error.Field}").ShouldBe(["0 region", "1 region"]);
    }

    [Fact]
    public void Null_and_value_of_one_field_in_one_row_are_twice_the_field()
    {
        var rows = ServedManifests.Read(Shop, """{"rating":null,"rating":1},{"rating":1},{"shop":null,"shop":2}""");
        rows.Features.Errors.Select(error => $"{error.Row} {error.Field}: {error.Message}")
            .ShouldBe(["0 rating: the field appears more than once", "2 shop: the field appears more than once"]);
    }

    [Fact]
    public void Errors_beyond_the_first_are_not_kept()
    {
        var rows = ServedManifests.Read(
            Shop, string.Join(',', Enumerable.Repeat("""{"rating":"x","nowhere":[[1]],"region":{"a":1}}""", 100)));
        rows.Features.Rows.ShouldBe(100);
        rows.Features.Errors.Count.ShouldBe(FeatureBatchBuilder.MaxErrors);
        rows.Features.CheckMissing();
        rows.Features.Errors.Count.ShouldBe(FeatureBatchBuilder.MaxErrors);
    }

    [Fact]
    public void Name_of_a_field_that_is_absurdly_long_is_shortened()
    {
        var rows = ServedManifests.Read(Shop, $"{{\"{new string('x', 10_000)}\":1}}");
        rows.Features.Errors.ShouldHaveSingleItem().Field.Length.ShouldBeLessThan(50);
    }
}
