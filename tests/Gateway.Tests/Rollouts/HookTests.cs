using System.Text.Json.Nodes;
using Progeny.Core.Alerts;
using Progeny.Gateway.Tests.Metrics;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Webhooks that are asked before steps of a rollout, and told of rollbacks.</summary>
public sealed class HookTests(ApprovalNode fixture) : IClassFixture<ApprovalNode>
{
    private Node Node => fixture.Node;

    private WebhookReceiver Receiver => fixture.Receiver;

    [Fact]
    public async Task Hook_refuses_a_promotion_and_its_reason_is_on_record()
    {
        Answer(200, """{"allow": false, "reason": "the change window is closed"}""");
        await fixture.MakeAsync("window", "explicit", "hooks: [{on: before_promotion, webhook: ops}]");
        var (status, problem) = await PromoteAsync("window", "1.0.0:1");
        status.ShouldBe(409);
        ((string)problem["detail"]!).ShouldContain(
            "gate 'hook ops': it refuses before_promotion: it answered 200: the change window is closed");
        ((string)(await fixture.DecisionAsync("window", "hook", "the change window is closed"))["by"]!).ShouldBe("hook ops");

        var (id, signature, body) = Attempts("window").ShouldHaveSingleItem();
        WebhookSignature.Verify(WebhookReceiver.Secret, body, signature, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)).ShouldBeTrue();
        var asked = JsonNode.Parse(body)!;
        Uri.UnescapeDataString(id).ShouldBe((string)asked["id"]!);
        ((string)asked["event"]!, (string)asked["generation"]!, (string)asked["stage"]!, (string)asked["by"]!)
            .ShouldBe(("before_promotion", "window@1.0.0:1", "champion", "key:root"));
        ((double)asked["figures"]!["model_bytes"]!).ShouldBeGreaterThan(0);

        Answer(200, """{"allow": true}""");
        (await PromoteAsync("window", "1.0.0:1")).Status.ShouldBe(200);
        (await fixture.ChampionAsync("window")).ShouldBe("window@1.0.0:1");
    }

    [Theory]
    [InlineData("refuse", 409)]
    [InlineData("proceed", 200)]
    public async Task Hook_that_does_not_answer_in_time_has_the_consequence_that_the_manifest_says(string consequence, int status)
    {
        Answer(200, "");
        Receiver.Delay = TimeSpan.FromSeconds(30);
        await fixture.MakeAsync(
            $"slow-{consequence}", "explicit", $"hooks: [{{on: before_rollout, webhook: ops, timeout: 200ms, on_failure: {consequence}}}]");
        (await PromoteAsync($"slow-{consequence}", "1.0.0:1")).Status.ShouldBe(status);
        await fixture.DecisionAsync($"slow-{consequence}", "hook", $"did not answer within 0.2 s (on_failure: {consequence})");
    }

    [Fact]
    public async Task Forced_promotion_is_made_whatever_a_hook_says_which_is_on_record()
    {
        Answer(403, "");
        await fixture.MakeAsync("forced", "explicit", "hooks: [{on: before_promotion, webhook: ops}]");
        (await fixture.PostAsync(
            "root admin", "/api/projects/forced/promotions", new { version = "1.0.0:1", force = true })).Status.ShouldBe(200);
        await fixture.DecisionAsync("forced", "hook", "it answered 403; the promotion is forced and goes on");
    }

    [Fact]
    public async Task Rollback_is_made_at_once_and_hooks_are_told_of_it()
    {
        Answer(200, "");
        await fixture.MakeAsync("back", "explicit", "hooks: [{on: rollback, webhook: dead, timeout: 1s}, {on: rollback, webhook: ops}]");
        await fixture.TrainAsync("back");
        await PromoteAsync("back", "1.0.0:1");
        await PromoteAsync("back", "1.0.0:2");
        (await fixture.PostAsync("otto-back operator:back", "/api/projects/back/rollback", new { reason = "it is worse" })).Status.ShouldBe(
            200);
        (await fixture.ChampionAsync("back")).ShouldBe("back@1.0.0:1");

        await fixture.DecisionAsync("back", "hook", "It was told that back@1.0.0:2 was rolled back for back@1.0.0:1.");
        await fixture.DecisionAsync(
            "back", "hook", "It could not be told that back@1.0.0:2 was rolled back for back@1.0.0:1, in 5 attempts");
        var told = JsonNode.Parse(Attempts("back").ShouldHaveSingleItem().Body)!;
        ((string)told["event"]!, (string)told["generation"]!, (string)told["champion"]!, (string)told["by"]!, (string)told["reason"]!)
            .ShouldBe(("rollback", "back@1.0.0:2", "back@1.0.0:1", "key:otto-back", "it is worse"));
    }

    [Fact]
    public async Task Experiment_does_not_start_where_a_hook_refuses_the_rollout()
    {
        Answer(200, "");
        await fixture.MakeAsync("trial", "shadow", "hooks: [{on: before_rollout, webhook: ops}]");
        await Node.UntilAsync("/api/projects/trial", project => project["champion"] is not null);
        Answer(400, """{"reason": "not today"}""");
        await fixture.TrainAsync("trial");
        await fixture.DecisionAsync("trial", "experiment", "it refuses before_rollout: it answered 400: not today");
        (await Node.GetAsync("/api/projects/trial/experiments")).AsArray().ShouldBeEmpty();
    }

    private void Answer(int status, string body) => (Receiver.Status, Receiver.Body, Receiver.Delay) = (status, body, TimeSpan.Zero);

    private List<(string Id, string Signature, string Body)> Attempts(string project) =>
        [.. Receiver.Attempts.Where(attempt => (string)JsonNode.Parse(attempt.Body)!["project"]! == project)];

    private Task<(int Status, JsonNode Body)> PromoteAsync(string project, string version) =>
        fixture.PostAsync("root admin", $"/api/projects/{project}/promotions", new { version });
}
