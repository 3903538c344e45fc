using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>Why a trained model said what it said.</summary>
public sealed class ExplainTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private readonly Node node = trained.Node;

    [Fact]
    public async Task Contributions_add_up_to_the_logged_prediction_beside_the_training_rows()
    {
        var explanation = await ExplainAsync("late-1", """{"hour": 17, "distance": 11, "weight": 2, "vehicle": "bike"}""");
        ((string)explanation["version"]!).ShouldBe("0.1.0:1");
        ((string)explanation["arm"]!).ShouldBe("champion");
        ((string)explanation["reason"]!).ShouldBe("share");
        ((string)explanation["method"]!).ShouldBe("enumeration");
        ((string)explanation["space"]!).ShouldBe("probability");
        ((string)explanation["class"]!).ShouldBe("1");
        ((int)explanation["background"]!["rows"]!).ShouldBe(100);
        ((string)explanation["background"]!["source"]!).ShouldBe("training");
        explanation["rules"]!.AsArray().ShouldBeEmpty();
        var parts = explanation["contributions"]!.AsArray().Select(part => part!).ToList();
        parts.Select(part => (string)part["feature"]!).Order().ShouldBe(["distance", "hour", "vehicle", "weight"]);
        parts.Select(part => Math.Abs((double)part["contribution"]!)).ShouldBeInOrder(SortDirection.Descending);
        var sum = (double)explanation["base_value"]! + parts.Sum(part => (double)part["contribution"]!);
        sum.ShouldBe((double)(await node.GetAsync("/api/projects/demo/queries/late-1"))["prediction"]!["probabilities"]!["1"]!, 1e-6);
        // Far, in the rush hour: that is why.
        parts.Take(2).Select(part => (string)part["feature"]!).Order().ShouldBe(["distance", "hour"]);
        parts.Take(2).ShouldAllBe(part => (double)part["contribution"]! > 0);
    }

    [Fact]
    public async Task Trees_are_explained_in_log_odds_and_agree_with_the_prediction()
    {
        var explanation = await ExplainAsync("late-2", """{"hour": 9, "distance": 3, "vehicle": "car"}""", "?method=trees&class=1");
        ((string)explanation["method"]!).ShouldBe("trees");
        ((string)explanation["space"]!).ShouldBe("log_odds");
        var sum = (double)explanation["base_value"]! + explanation["contributions"]!.AsArray().Sum(part => (double)part!["contribution"]!);
        sum.ShouldBe((double)explanation["value"]!, 1e-9);
        (1 / (1 + Math.Exp(-sum))).ShouldBe((double)explanation["model"]!["probabilities"]!["1"]!, 1e-6);
    }

    [Fact]
    public async Task Sampled_contributions_come_with_their_errors()
    {
        var explanation = await ExplainAsync("late-3", """{"hour": 9, "distance": 3, "vehicle": "car"}""", "?method=sampling");
        ((long)explanation["samples"]!).ShouldBeGreaterThan(0);
        explanation["contributions"]!.AsArray().ShouldAllBe(part => (double?)part!["standard_error"] != null);
    }

    [Theory]
    [InlineData("?method=guess", 400, "auto, enumeration, trees or sampling")]
    [InlineData("?class=maybe", 409, "There is no class 'maybe'; the classes are 0, 1.")]
    public async Task Wrong_wish_is_refused(string wish, int expected, string said)
    {
        await node.TryPostAsync(
            "/api/projects/demo/predict", """{"query_id": "wish", "rows": [{"hour": 9, "distance": 3, "vehicle": "car"}]}""");
        await node.UntilAsync("/api/projects/demo/queries/wish", _ => true);
        using var response = await node.Http.GetAsync($"/api/projects/demo/queries/wish/explain{wish}");
        ((int)response.StatusCode).ShouldBe(expected);
        (await response.Content.ReadAsStringAsync()).ShouldContain(said);
    }

    private async Task<JsonNode> ExplainAsync(string id, string row, string wish = "")
    {
        await node.TryPostAsync("/api/projects/demo/predict", $"{{\"query_id\": \"{id}\", \"rows\": [{row}]}}");
        await node.UntilAsync($"/api/projects/demo/queries/{id}", _ => true);
        return await node.GetAsync($"/api/projects/demo/queries/{id}/explain{wish}");
    }
}
