using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rollouts;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Rollouts;

/// <summary>The keys by which rows meet their arms.</summary>
public sealed class RowSelectorTests
{
    private static readonly Selection Many = Plans.Selection(Plans.Arms([.. Enumerable.Range(0, 32).Select(i => ($"arm-{i}", 1d))]));

    [Theory]
    [InlineData("\"c-1\"", "c-1")]
    [InlineData("\"Zo\\u00eb\"", "Zoë")]
    [InlineData("17", "17")]
    [InlineData("17.0", "17")]
    [InlineData("17.50", "17.5")]
    [InlineData("true", "true")]
    [InlineData("null", "q:0")]
    [InlineData("\"\"", "q:0")]
    [InlineData("[1]", "q:0")]
    public void Key_is_the_entity_as_the_log_shows_it_or_else_the_query_id(string value, string key) =>
        Choose($$$"""{"rows": [{"n": 1, "who": {{{value}}}}, {"n": {"deep": [1, {"who": "x"}]}}], "query_id": "q"}""")
            .ShouldBe([Many.Choose(key), Many.Choose("q:1")]);

    [Theory]
    [InlineData(FeatureType.Category, "17.0", "17.0")]
    [InlineData(FeatureType.Int, "17.0", "17")]
    [InlineData(FeatureType.Float, "0.1000000001", "0.1")]
    [InlineData(FeatureType.Float, "16777217", "16777216")]
    public void Number_counts_as_the_feature_holds_it(FeatureType type, string value, string key) =>
        Choose($$"""{"rows": [{"who": {{value}}}], "query_id": "q"}""", new Feature { Name = "who", Type = type })
            .ShouldBe([Many.Choose(key)]);

    [Fact]
    public void Entity_beside_the_rows_counts_for_all_wherever_it_stands()
    {
        Choose("""{"rows": [{"who": "a"}, {}], "entity": "e"}""").ShouldBe([Many.Choose("e"), Many.Choose("e")]);
        Choose("""{"entity": "e", "rows": [{"who": "a"}]}""").ShouldBe([Many.Choose("e")]);
        Choose("""{"entity": null, "rows": [{"who": "a"}]}""").ShouldBe([Many.Choose("a")]);
    }

    [Fact]
    public void Sticky_key_is_a_field_or_the_query_id_whatever_the_entity()
    {
        const string json = """{"rows": [{"who": "a", "session": "s"}], "entity": "e", "query_id": "q"}""";
        Choose(json, stickyKey: "session").ShouldBe([Many.Choose("s")]);
        Choose(json, stickyKey: RolloutPlan.QueryIdKey).ShouldBe([Many.Choose("q")]);
    }

    [Fact]
    public void Key_that_cannot_be_decoded_chooses_nothing()
    {
        var query = Tokens("""{"rows": [{"who": "\ud800"}]}""", Schema());
        RowSelector.Choose(query, Many, new KeyField(null, Schema()), DateTimeOffset.UnixEpoch).ShouldBeNull();
    }

    [Fact]
    public void Last_of_keys_that_a_row_has_twice_counts() =>
        Choose("""{"rows": [{"who": "a", "who": "b"}]}""").ShouldBe([Many.Choose("b")]);

    [Theory]
    [InlineData(DataType.Int64, "17")]
    [InlineData(DataType.Fp64, "17")]
    [InlineData(DataType.Bytes, "seventeen")]
    public void Tensor_of_the_entity_is_the_key_of_the_request(DataType type, string key)
    {
        var tensor = new Tensor
        {
            Name = "who",
            Type = type,
            Shape = [1, 1],
            Data = type == DataType.Int64 ? BitConverter.GetBytes(17L) : BitConverter.GetBytes(17d),
            Elements = type == DataType.Bytes ? TextElements.Of("seventeen") : default,
        };
        var field = new KeyField(null, Schema());
        TensorKey.Of(new InferQuery { Inputs = [tensor] }, field).ShouldBe(key);
        TensorKey.Of(new InferQuery { Inputs = [tensor], Entity = "e" }, field).ShouldBe("e");
        TensorKey.Of(new InferQuery { Inputs = [tensor with { Name = "n" }] }, field).ShouldBeNull();
    }

    private static QuerySchema Schema(Feature? who = null) =>
        new(ServedManifests.Of(
            MachineLearningTask.Regression, [ServedManifests.Number("n", nullable: true), .. who is null ? [] : (Feature[])[who]]) with
            {
                Entity = "who",
            });

    private static QueryTokens Tokens(string json, QuerySchema schema)
    {
        var (tokens, error) = QueryTokens.Read(Encoding.UTF8.GetBytes(json), new FieldNames([.. schema.Fields, "session"]));
        error.ShouldBeNull();
        return tokens!;
    }

    private static int[] Choose(string json, Feature? who = null, string? stickyKey = null)
    {
        var schema = Schema(who);
        return RowSelector.Choose(Tokens(json, schema), Many, new KeyField(stickyKey, schema), DateTimeOffset.UnixEpoch)!.Value.Arms;
    }
}
