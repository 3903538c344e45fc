namespace Progeny.Gateway.Tests.Rollouts;

public sealed class LostModelTests(RolloutNode rollout) : IClassFixture<RolloutNode>
{
    [Fact]
    public async Task Node_that_cannot_load_an_arm_answers_by_the_chain_and_by_the_others()
    {
        await rollout.MakeAsync("lost");
        var plan = await rollout.SetAndWaitAsync("lost", """
            {"arms": [{"name": "a", "generation": "1.0.0:1", "weight": 1}, {"name": "b", "generation": "1.1.0:1", "weight": 1}], "champion": "a", "fallback": ["a"]}
            """);
        var digest = (string)(await rollout.Node.GetAsync("/api/projects/lost/generations/1.1.0:1"))["assets"]!["model"]!;
        var model = Directory.EnumerateFiles(rollout.Data, "*", SearchOption.AllDirectories)
            .Single(file => Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file) == digest);
        await rollout.RestartAsync(() => File.Delete(model));
        var answer = await rollout.PredictAsync("lost", $$"""
            {"rows": [{"x": 4, "customer": "{{RolloutNode.KeyOf(plan, "a")}}"}, {"x": 9, "y": 1, "customer": "{{RolloutNode.KeyOf(plan, "b")}}"}]}
            """);
        var rows = answer["predictions"]!.AsArray();
        rows.Select(row => (float)row!["value"]!).ShouldBe([4, 9]);
        rows[0]!["fallback"].ShouldBeNull();
        ((string)rows[1]!["fallback"]!["why"]!).ShouldContain("cannot be read");
    }
}
