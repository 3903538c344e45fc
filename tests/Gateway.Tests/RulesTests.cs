using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests;

public sealed class RulesTests(RuledNode ruled) : IClassFixture<RuledNode>
{
    private readonly Node node = ruled.Node;

    [Fact]
    public async Task Answer_of_a_rule_names_it_and_leaves_the_neighbours_to_the_model()
    {
        var answer = await node.PostAsync(
            "/api/projects/late/predict",
            new { rows = new object[] { new { x = 2, ratings = 9 }, new { x = 2, ratings = 10 } }, query_id = "mixed" });

        var predictions = answer["predictions"]!;
        ((string)predictions[0]!["label"]!).ShouldBe("no");
        ((float)predictions[0]!["probabilities"]!["no"]!).ShouldBe(1);
        predictions[0]!["rules"]!.ToJsonString().ShouldBe("""["cold-start"]""");
        ((string)predictions[1]!["label"]!).ShouldBe("yes");
        predictions[1]!["rules"].ShouldBeNull();
        (await node.UntilAsync("/api/projects/late/queries/mixed:0", _ => true))["rules"]!.ToJsonString().ShouldBe("""["cold-start"]""");
        (await node.UntilAsync("/api/projects/late/queries/mixed:1", _ => true))["rules"].ShouldBeNull();
    }

    [Fact]
    public async Task Value_that_a_rule_set_is_in_the_log_beside_the_clients_own()
    {
        var answer = await node.PostAsync("/api/projects/late/predict", new { rows = new[] { new { x = 50 } }, query_id = "shifted" });

        ((float)answer["predictions"]![0]!["probabilities"]!["yes"]!).ShouldBe(0.880797f, 1e-5);
        var query = await node.UntilAsync("/api/projects/late/queries/shifted", _ => true);
        ((double)query["fields"]!["x"]!).ShouldBe(50);
        ((double)query["augmented"]!["x"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Refusal_is_a_problem_that_names_rule_row_and_reason()
    {
        var (status, problem) = await node.TryPostAsync("/api/projects/late/predict", """{"rows": [{"x": 1}, {"x": 101}]}""");

        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldBe("The query is refused by the rule 'too-far'.");
        problem["errors"]!.ToJsonString().ShouldBe("""[{"row":1,"field":"rules.too-far","message":"nobody goes that far"}]""");
    }

    [Fact]
    public async Task Rule_that_fails_is_a_problem_of_the_server_that_names_it()
    {
        var (status, problem) = await node.TryPostAsync("/api/projects/late/predict", """{"rows": [{"x": -100}]}""");

        status.ShouldBe(500);
        ((string)problem["title"]!).ShouldBe("A rule failed");
        ((string)problem["detail"]!).ShouldStartWith("Rule 'endless' failed on row 0: it took more than");
    }

    [Fact]
    public async Task Tensor_of_the_prediction_holds_what_rules_answered()
    {
        var answer = await node.PostAsync("/v2/models/late/infer", new
        {
            inputs = new object[]
            {
                new { name = "x", datatype = "FP32", shape = new[] { 2, 1 }, data = new[] { 2.0, 2.0 } },
                new { name = "ratings", datatype = "INT64", shape = new[] { 2, 1 }, data = new[] { 9, 10 } },
            },
        });

        var output = answer["outputs"]!.AsArray().ShouldHaveSingleItem()!;
        var data = output["data"]!.AsArray().Select(value => (float)value!).ToArray();
        data.Length.ShouldBeOneOf(2, 4);
        data[data.Length / 2 - 1].ShouldBe(0);
        data[^1].ShouldBe(0.880797f, 1e-5);
    }

    [Fact]
    public async Task Release_with_a_wrong_rule_is_refused_with_its_place()
    {
        using var response = await node.PublishAsync(
            "late", ruled.Write("wrong", RuledNode.Manifest.Replace("1.0.0", "1.1.0").Replace("x > 100", "distance > 100")));

        ((int)response.StatusCode).ShouldBe(400);
        var detail = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!;
        detail.ShouldBe(
            "progeny.yaml:8:39: rules[0].when: rule 'too-far': no such column: distance; the names here are x, ratings (at character 1 "
                + "of: distance > 100)");
    }
}
