using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Who answers a query by a plan of several arms, and what is known of it afterwards.</summary>
public sealed class SelectionTests(RolloutNode rollout) : IClassFixture<RolloutNode>
{
    private const string Halves =
        """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "1.1.0:1", "weight": 1}], "champion": "a"}""";

    [Fact]
    public async Task Rows_of_a_request_are_answered_each_by_the_arm_of_its_entity_in_their_order()
    {
        await rollout.MakeAsync("split");
        var plan = await rollout.SetAndWaitAsync("split", Halves);
        List<string> keys = [.. Enumerable.Range(0, 40).Select(i => $"customer-{i}")];
        var rows = keys.Select((key, i) => new { x = (i + 1) * (i + 1), y = i, customer = key });
        var answer = await rollout.PredictAsync(
            "split",
            new JsonObject
            {
                ["query_id"] = "many",
                ["rows"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(rows)),
            }.ToJsonString());

        answer["version"].ShouldBeNull();
        var predictions = answer["predictions"]!.AsArray();
        for (var i = 0; i < keys.Count; i++)
        {
            var arm = RolloutNode.ArmOf(plan, keys[i]);
            ((string)predictions[i]!["query_id"]!).ShouldBe($"many:{i}");
            ((string)predictions[i]!["version"]!).ShouldBe(arm == "a" ? "1.0.0:1" : "1.1.0:1");
            ((float)predictions[i]!["value"]!).ShouldBe(arm == "a" ? (i + 1) * (i + 1) : i + 1);
        }

        predictions.Select(row => (string)row!["version"]!).Distinct().Count().ShouldBe(2);
        var logged = await LoggedAsync("split", "many:7");
        ((string)logged["arm"]!, (string)logged["reason"]!, (string)logged["entity"]!).ShouldBe(
            (RolloutNode.ArmOf(plan, "customer-7"), "share", "customer-7"));
    }

    [Fact]
    public async Task Entity_beside_the_rows_counts_before_that_of_a_row_and_both_before_the_query_id()
    {
        await rollout.MakeAsync("keys");
        var plan = await rollout.SetAndWaitAsync("keys", Halves);
        var (a, b) = (RolloutNode.KeyOf(plan, "a"), RolloutNode.KeyOf(plan, "b"));
        var (ofA, ofB) = (RolloutNode.KeyOf(plan, "a", "q"), RolloutNode.KeyOf(plan, "b", "q"));
        (await VersionAsync("keys", $$"""{"rows": [{"x": 1, "customer": "{{a}}"}], "query_id": "{{ofB}}"}""")).ShouldBe("1.0.0:1");
        (await VersionAsync("keys", $$"""{"rows": [{"x": 1, "customer": "{{a}}"}], "entity": "{{b}}"}""")).ShouldBe("1.1.0:1");
        (await VersionAsync("keys", $$"""{"query_id": "{{ofB}}", "rows": [{"x": 1}]}""")).ShouldBe("1.1.0:1");
        (await VersionAsync("keys", $$"""{"query_id": "{{ofA}}", "rows": [{"x": 1, "customer": null}]}""")).ShouldBe("1.0.0:1");
        var number = Enumerable.Range(0, 10_000).First(i => RolloutNode.ArmOf(plan, $"{i}") == "b");
        (await VersionAsync("keys", $$"""{"rows": [{"x": 1, "customer": {{number}}}]}""")).ShouldBe("1.1.0:1");
        (await VersionAsync("keys", $$"""{"rows": [{"x": 1, "customer": {{number}}.0}]}""")).ShouldBe("1.1.0:1");

        plan = await rollout.SetAndWaitAsync("keys", Halves.Replace("}],", "}], \"sticky_key\": \"query_id\",", StringComparison.Ordinal));
        (await VersionAsync("keys", $$"""{"rows": [{"x": 1, "customer": "{{a}}"}], "query_id": "{{ofB}}"}""")).ShouldBe("1.1.0:1");
    }

    [Fact]
    public async Task Request_is_refused_as_a_whole_with_the_indices_of_its_rows()
    {
        await rollout.MakeAsync("refuses");
        var plan = await rollout.SetAndWaitAsync("refuses", Halves);
        var (a, b) = (RolloutNode.KeyOf(plan, "a"), RolloutNode.KeyOf(plan, "b"));
        var problem = await rollout.PredictAsync(
            "refuses",
            $$"""{"rows": [{"x": 1, "customer": "{{a}}"}, {"x": 1, "z": 2, "customer": "{{b}}"}, {"x": "one", "customer": "{{a}}"}, {"customer": "{{b}}", "x": 1}, {"y": 1, "customer": "{{b}}"}]}""",
            400);
        problem["errors"]!.AsArray().Select(error => ((int)error!["row"]!, (string)error["field"]!))
            .ShouldBe([(1, "z"), (2, "x"), (4, "x")]);
        ((string)(await rollout.PredictAsync("refuses", """{"rows": [{"x": 1}]""", 400))["detail"]!).ShouldStartWith(
            "The request is no JSON");
        ((string)(await rollout.PredictAsync("refuses", """{"rows": []}""", 400))["detail"]!).ShouldContain("'rows' is empty");
        ((string)(await rollout.PredictAsync("refuses", """{"rows": [{"x": 1}], "entity": 5}""", 400))["detail"]!).ShouldContain(
            "'entity' must be");
    }

    [Fact]
    public async Task Tensors_are_answered_by_one_arm_for_the_request()
    {
        await rollout.MakeAsync("tensors");
        var plan = await rollout.SetAndWaitAsync("tensors", Halves);
        foreach (var (arm, version, value) in (IEnumerable<(string, string, float)>)[("a", "1.0.0:1", 9), ("b", "1.1.0:1", 3)])
        {
            var key = RolloutNode.KeyOf(plan, arm);
            var answer = await InferAsync("tensors", $$$"""{"id": "t-{{{arm}}}", "parameters": {"entity": "{{{key}}}"}, {{{Inputs}}}}""");
            ((string)answer["model_name"]!, (string)answer["model_version"]!, (float)answer["outputs"]![0]!["data"]![0]!).ShouldBe(
                ("tensors", version, value));
            answer = await InferAsync(
                "tensors", $$"""{{{Inputs[..^1]}}, {"name": "customer", "datatype": "BYTES", "shape": [1, 1], "data": ["{{key}}"]}]}""");
            ((string)answer["model_version"]!).ShouldBe(version);
            ((string)(await LoggedAsync("tensors", $"t-{arm}"))["arm"]!).ShouldBe(arm);
        }

        var (status, problem) = await rollout.Node.TryPostAsync(
            "/v2/models/tensors/infer", """{"inputs": [{"name": "z", "datatype": "FP32", "shape": [1, 1], "data": [4]}]}""");
        status.ShouldBe(400);
        ((string)problem["error"]!).ShouldContain("There is no input 'z'");
    }

    [Fact]
    public async Task Version_that_the_caller_names_answers_whatever_the_plan()
    {
        await rollout.MakeAsync("asked");
        var plan = await rollout.SetAndWaitAsync("asked", Halves);
        var body = $$"""{"rows": [{"x": 4, "customer": "{{RolloutNode.KeyOf(plan, "b")}}"}], "query_id": "named"}""";
        var (status, answer) = await rollout.Node.TryPostAsync("/api/projects/asked/versions/1.0.0:1/predict", body);
        status.ShouldBe(200);
        ((string)answer["version"]!, (float)answer["predictions"]![0]!["value"]!).ShouldBe(("1.0.0:1", 4f));
        ((string)(await LoggedAsync("asked", "named"))["reason"]!).ShouldBe("requested");
    }

    [Fact]
    public async Task Another_projects_generation_answers_under_the_project_that_was_asked()
    {
        await rollout.MakeAsync("lender");
        await rollout.MakeAsync("borrower");
        await rollout.SetAndWaitAsync(
            "borrower",
            """{"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 0}, {"name": "g", "generation": "lender@1.1.0:1", "weight": 1}], "champion": "a"}""");
        var answer = await rollout.PredictAsync("borrower", """{"rows": [{"x": 16}], "query_id": "lent"}""");
        ((string)answer["project"]!, (string)answer["version"]!, (float)answer["predictions"]![0]!["value"]!).ShouldBe(
            ("borrower", "lender@1.1.0:1", 4f));
        ((string)(await LoggedAsync("borrower", "lent"))["arm"]!).ShouldBe("g");
    }

    private const string Inputs = """
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [9]}, {"name": "y", "datatype": "FP32", "shape": [1, 1], "data": [1]}]
        """;

    private Task<JsonNode> LoggedAsync(string project, string id) =>
        rollout.Node.UntilAsync($"/api/projects/{project}/queries/{id}", _ => true);

    private async Task<string> VersionAsync(string project, string body) => (string)(await rollout.PredictAsync(project, body))["version"]!;

    private async Task<JsonNode> InferAsync(string project, string body)
    {
        var (status, answer) = await rollout.Node.TryPostAsync($"/v2/models/{project}/infer", body);
        status.ShouldBe(200, answer.ToJsonString());
        return answer;
    }
}
