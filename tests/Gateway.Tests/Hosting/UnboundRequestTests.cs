using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Hosting;

public sealed class UnboundRequestTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    [Theory]
    [InlineData(
        "jobs", """{"kind": "trian"}""", """'kind' does not fit; one of "train", "tune", "evaluate", "apply", "retrain_exactly", "backtest" would be right (line 1, byte 17).""")]
    [InlineData("jobs", """{"kind": 1}""", """'kind' does not fit; one of "train", "tune", "evaluate", "apply", "retrain_exactly", "backtest" would be right (line 1, byte 11).""")]
    [InlineData(
        "jobs", """{"kind": "train", "trials": "many"}""", "'trials' does not fit; a whole number would be right (line 1, byte 35).")]
    [InlineData("jobs", """{"kind": "train", "bogus": 1}""", "'bogus' is no member of the body; they are kind, release, ")]
    [InlineData("jobs", "{}", """The body lacks 'kind' (one of "train", "tune", "evaluate", "apply", "retrain_exactly", "backtest").""")]
    [InlineData("jobs", "[", "The body does not fit; an object {…} would be right (line 1, byte 2).")]
    [InlineData(
        "jobs",
        "{\"kind\":\n train}",
        "The body is not valid JSON: 'train}' is an invalid JSON literal. Expected the literal 'true' (line 2, byte 4).")]
    [InlineData("jobs", "null", "The request needs a body: an object with kind, release, ")]
    [InlineData("jobs", """{"kind": "train", "a.b": 1}""", "'a.b' is no member of the body; they are kind, release, ")]
    [InlineData("jobs", "", "The request needs a body: an object with kind, release, ")]
    [InlineData("promotions", """{"version": 3}""", "'version' does not fit; a text would be right (line 1, byte 14).")]
    [InlineData("outcomes", """{"outcomes": 3}""", "'outcomes' does not fit; a list […] would be right (line 1, byte 15).")]
    public async Task Body_that_does_not_fit_is_told_what_would(string path, string body, string expected)
    {
        var (status, problem) = await trained.Node.TryPostAsync($"/api/projects/demo/{path}", body);

        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldStartWith(expected);
    }

    [Fact]
    public async Task Member_deep_in_a_body_is_named_with_its_path()
    {
        var (status, problem) = await trained.Node.TryPutAsync(
            "/api/projects/demo/rollout", """{"arms": [{"name": "a", "weight": "b"}]}""");

        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldStartWith("'arms[0].weight' does not fit; a number would be right");
    }

    [Fact]
    public async Task Member_that_is_unknown_deep_in_a_body_is_told_with_those_that_are_known_there()
    {
        var (status, problem) = await trained.Node.TryPutAsync("/api/projects/demo/rollout", """{"arms": [{"name": "a", "share": 1}]}""");

        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldBe("'share' is no member of 'arms[0]'; they are name, generation, weight.");
    }

    [Theory]
    [InlineData("decisions?limit=abc", "'limit' is 'abc'; a whole number would be right.")]
    [InlineData("decisions?limit=3&before=1.5", "'before' is '1.5'; a whole number would be right.")]
    [InlineData("queries?limit=99999999999", "'limit' is '99999999999'; a whole number would be right.")]
    public async Task Parameter_that_does_not_fit_is_told_what_would(string path, string expected)
    {
        using var answer = await trained.Node.Http.GetAsync($"/api/projects/demo/{path}");

        ((int)answer.StatusCode).ShouldBe(400);
        ((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!).ShouldBe(expected);
    }
}
