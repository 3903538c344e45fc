using System.Diagnostics;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>What happens to a query whose arm fails, and what shadows see of it.</summary>
public sealed class FallbackTests(RolloutNode rollout) : IClassFixture<RolloutNode>
{
    private const string Canary = """
        {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "1.1.0:1", "weight": 1}],
         "champion": "a", "fallback": ["b", "a"]}
        """;

    [Fact]
    public async Task Arm_that_fails_is_answered_by_the_next_in_the_chain_and_the_answer_says_so()
    {
        await rollout.MakeAsync("falls");
        var plan = await rollout.SetAndWaitAsync("falls", Canary);
        var (a, b) = (RolloutNode.KeyOf(plan, "a"), RolloutNode.KeyOf(plan, "b"));
        var answer = await rollout.PredictAsync(
            "falls",
            $$"""{"query_id": "fell", "rows": [{"x": 4, "customer": "{{a}}"}, {"x": -4, "y": 1, "customer": "{{b}}"}, {"x": 9, "customer": "{{b}}"}]}""");
        ((string)answer["version"]!).ShouldBe("1.0.0:1");
        var rows = answer["predictions"]!.AsArray();
        rows.Select(row => (float)row!["value"]!).ShouldBe([4, -4, 9]);
        rows[0]!["fallback"].ShouldBeNull();
        ((string)rows[1]!["fallback"]!["from"]!).ShouldBe("b");
        ((string)rows[2]!["fallback"]!["why"]!).ShouldNotBeEmpty();

        var node = rollout.Node;
        var live = await node.UntilAsync("/api/projects/falls/queries/fell:1", _ => true);
        ((string)live["arm"]!, (string)live["reason"]!, (int)live["attempts"]!).ShouldBe(("a", "fallback", 1));
        var failed = await node.UntilAsync("/api/projects/falls/queries/fell:1~b", _ => true);
        ((string)failed["arm"]!, (string)failed["reason"]!, (string)failed["version"]!).ShouldBe(("b", "failed", "1.1.0:1"));
        failed["error"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Client_errors_and_a_chain_without_help_are_answered_as_they_are()
    {
        await rollout.MakeAsync("helpless");
        var plan = await rollout.SetAndWaitAsync("helpless", Canary.Replace("\"b\", \"a\"", "\"b\"", StringComparison.Ordinal));
        var key = RolloutNode.KeyOf(plan, "b");
        var problem = await rollout.PredictAsync("helpless", $$"""{"rows": [{"x": -4, "customer": "{{key}}"}], "query_id": "lost"}""", 500);
        ((string)problem["title"]!).ShouldBe("The model failed");
        var logged = await rollout.Node.UntilAsync("/api/projects/helpless/queries/lost", _ => true);
        ((string)logged["arm"]!, (string)logged["reason"]!).ShouldBe(("b", "share"));
        logged["error"].ShouldNotBeNull();
        await rollout.PredictAsync("helpless", $$"""{"rows": [{"y": 4, "customer": "{{key}}"}]}""", 400);
    }

    [Fact]
    public async Task Tensors_fall_back_too()
    {
        await rollout.MakeAsync("fallen");
        var plan = await rollout.SetAndWaitAsync("fallen", Canary);
        var (status, answer) = await rollout.Node.TryPostAsync("/v2/models/fallen/infer", $$"""
            {"id": "t", "parameters": {"entity": "{{RolloutNode.KeyOf(plan, "b")}}"}, "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [-9]}]}
            """);
        status.ShouldBe(200, answer.ToJsonString());
        ((string)answer["model_version"]!, (string)answer["parameters"]!["fallback_from"]!, (float)answer["outputs"]![0]!["data"]![0]!).ShouldBe(("1.0.0:1", "b", -9f));
    }

    [Fact]
    public async Task Augmentation_that_an_arm_cannot_do_without_falls_back()
    {
        await rollout.MakeAsync("unfed");
        await rollout.ReleaseUnfedAsync("unfed");
        var plan = await rollout.SetAndWaitAsync("unfed", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "fed", "generation": "1.2.0:1", "weight": 1}], "champion": "a", "fallback": ["a"]}
            """);
        var answer = await rollout.PredictAsync(
            "unfed", $$"""{"query_id": "hungry", "rows": [{"x": 2, "customer": "{{RolloutNode.KeyOf(plan, "fed")}}"}]}""");
        ((string)answer["version"]!, (string)answer["predictions"]![0]!["fallback"]!["from"]!).ShouldBe(("1.0.0:1", "fed"));
        await rollout.PredictAsync("unfed", $$"""{"rows": [{"x": "two", "customer": "{{RolloutNode.KeyOf(plan, "fed")}}"}]}""", 400);

        // It is on record, since experiments count the failures of an arm there.
        var failed = await rollout.Node.UntilAsync("/api/projects/unfed/queries/hungry~fed", _ => true);
        ((string)failed["arm"]!, (string)failed["reason"]!, (string)failed["version"]!).ShouldBe(("fed", "failed", "1.2.0:1"));
        failed["error"].ShouldNotBeNull();
        ((float)failed["fields"]!["x"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Augmentation_that_fails_without_a_fallback_is_a_failure_of_the_arm_on_record()
    {
        await rollout.MakeAsync("starved");
        await rollout.ReleaseUnfedAsync("starved");
        var plan = await rollout.SetAndWaitAsync("starved", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "fed", "generation": "1.2.0:1", "weight": 1}], "champion": "a"}
            """);
        await rollout.PredictAsync(
            "starved", $$"""{"query_id": "hungry", "rows": [{"x": 2, "customer": "{{RolloutNode.KeyOf(plan, "fed")}}"}]}""", 503);
        var failed = await rollout.Node.UntilAsync("/api/projects/starved/queries/hungry", _ => true);
        ((string)failed["arm"]!, (string)failed["reason"]!).ShouldBe(("fed", "share"));
        failed["error"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Shadow_gets_every_query_and_its_record_is_not_the_querys()
    {
        await rollout.MakeAsync("watched");
        await rollout.SetAndWaitAsync("watched", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "next", "generation": "1.1.0:1", "weight": 0}], "champion": "a", "shadows": ["next"]}
            """);
        var answer = await rollout.PredictAsync("watched", """{"query_id": "seen", "rows": [{"x": 25, "y": 2}]}""");
        ((string)answer["version"]!, (float)answer["predictions"]![0]!["value"]!).ShouldBe(("1.0.0:1", 25f));
        var node = rollout.Node;
        var shadow = await node.UntilAsync("/api/projects/watched/queries/seen~next", _ => true);
        ((string)shadow["arm"]!, (string)shadow["reason"]!, (float)shadow["prediction"]!["value"]!).ShouldBe(("next", "shadow", 5f));
        ((float)shadow["fields"]!["y"]!).ShouldBe(2);
        var live = await node.GetAsync("/api/projects/watched/queries/seen");
        ((string)live["arm"]!, (int)live["attempts"]!).ShouldBe(("a", 1));

        var (status, _) = await node.TryPostAsync(
            "/v2/models/watched/infer", """{"id": "t", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [16]}]}""");
        status.ShouldBe(200);
        shadow = await node.UntilAsync("/api/projects/watched/queries/t~next", _ => true);
        ((string)shadow["reason"]!, (float)shadow["prediction"]!["value"]!).ShouldBe(("shadow", 4f));
    }

    [Fact]
    public async Task Shadow_that_is_too_slow_loses_queries_that_are_counted_and_no_answer_waits_for_it()
    {
        await rollout.MakeAsync("hasty");
        await rollout.ReleaseSlowAsync("hasty");
        await rollout.SetAndWaitAsync("hasty", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "slow", "generation": "1.3.0:1", "weight": 0}], "champion": "a", "shadows": ["slow"]}
            """);
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < 70; round++)
        {
            var since = Stopwatch.StartNew();
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 16).Select(i => rollout.PredictAsync("hasty", """{"rows": [{"x": 1, "customer": "c"}]}""")));
            answers.ShouldAllBe(answer => (string)answer["version"]! == "1.0.0:1");
            slowest = since.Elapsed > slowest ? since.Elapsed : slowest;
        }

        // Had they waited for it, a round would have taken 16 times its two seconds, over half of the processors.
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        ((long)(await rollout.Node.GetAsync("/api/projects/hasty/rollout"))["shadows_dropped"]!).ShouldBeInRange(1, 70 * 16);
    }
}
