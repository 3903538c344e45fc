using System.Text.Json;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>A client's own ids: what is taken can be looked up, corrected, replayed and explained at its address.</summary>
[Collection(ServingCollection.Name)]
public sealed class QueryIdTests(ServingNode serving)
{
    private const string Row = """{"sepal_length":1,"sepal_width":1,"petal_length":1,"petal_width":1}""";

    [Theory]
    [InlineData("a/b/replay")]
    [InlineData("/")]
    [InlineData("%2F%00")]
    [InlineData("one two ")]
    [InlineData("..a")]
    [InlineData("./x")]
    [InlineData("x/../y")]
    [InlineData("stream/")]
    [InlineData("?#&+=;:@")]
    [InlineData("back\\slash")]
    [InlineData("\u00fc\u65e5\ud83d\ude80\n\"")]
    public async Task Id_of_any_characters_leads_back_to_its_query(string id)
    {
        await TakeAsync(id);
        await TakeAsync(new string('\u65e5', 200) + id);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("stream")]
    [InlineData("a\0b")]
    public async Task Id_that_no_address_can_hold_is_refused(string id)
    {
        var json = JsonSerializer.Serialize(id);
        var rows = await serving.PostAsync("/api/projects/iris/predict", $"{{\"query_id\":{json},\"rows\":[{Row}]}}", 400);
        ((string)rows["detail"]!).ShouldContain("'query_id' ");
        var tensors = await serving.PostAsync(
            "/v2/models/any/infer",
            $"{{\"id\":{json},\"inputs\":[{{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}}]}}",
            400);
        ((string)tensors["error"]!).ShouldContain("'id' ");
        var outcomes = await serving.PostAsync(
            "/api/projects/iris/outcomes", $"{{\"outcomes\":[{{\"query_id\":{json},\"outcome\":\"1\"}}]}}", 400);
        ((string)outcomes["detail"]!).ShouldContain("query_id ");
    }

    private async Task TakeAsync(string id)
    {
        var address = $"/api/projects/iris/queries/{Uri.EscapeDataString(id)}";
        var body = new JsonObject { ["query_id"] = id, ["rows"] = new JsonArray(JsonNode.Parse(Row)) };
        await serving.PostAsync("/api/projects/iris/predict", body.ToJsonString(), 200);
        await serving.PostAsync(
            "/api/projects/iris/outcomes",
            new JsonObject { ["outcomes"] = new JsonArray(new JsonObject { ["query_id"] = id, ["outcome"] = "1" }) }.ToJsonString(),
            200);

        var query = await serving.Node.UntilAsync(address, _ => true);
        ((string)query["query_id"]!, (string)query["outcome"]!).ShouldBe((id, "1"));
        ((bool)(await serving.GetAsync(address + "/replay", 200))["identical"]!).ShouldBeTrue();
        ((string)(await serving.GetAsync(address + "/explain", 200))["query_id"]!).ShouldBe(id);
    }
}
