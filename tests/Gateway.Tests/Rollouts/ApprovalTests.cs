using System.Globalization;
using System.Text.Json.Nodes;

namespace Progeny.Gateway.Tests.Rollouts;

/// <summary>Gates at which a person has to approve.</summary>
public sealed class ApprovalTests(ApprovalNode fixture) : IClassFixture<ApprovalNode>
{
    private const string Gate = "gates: [{name: young, before: champion, when: age < 100000}, {name: sign-off, before: champion, "
        + "approval: operator, within: 1h}]";

    private Node Node => fixture.Node;

    [Fact]
    public async Task Promotion_waits_for_an_approval_through_a_restart_and_is_made_once_it_is_given()
    {
        await fixture.MakeAsync("waits", "explicit", Gate);
        var (status, answer) = await PromoteAsync("dora-waits developer:waits", "waits");
        (status, (string)answer["status"]!, (int)answer["approvals"]![0]!).ShouldBe((202, "pending approval", 1));
        (await Node.GetAsync("/api/projects/waits/generations/1.0.0:1/gates"))["pending"]!.GetValue<bool>().ShouldBeTrue();
        await fixture.RestartAsync();

        var pending = (await Node.GetAsync("/api/projects/waits/approvals?status=pending")).AsArray().ShouldHaveSingleItem()!;
        ((string)pending["role"]!, (string)pending["asked_by"]![0]!, (string)pending["generation"]!).ShouldBe(
            ("operator", "key:dora-waits as 'd'", "waits@1.0.0:1"));
        ((string)pending["message"]!).ShouldContain("age < 100000 is true");
        (await fixture.ChampionAsync("waits")).ShouldBeNull();

        (await DecideAsync("dan-waits developer:waits", "waits", 1, true)).Status.ShouldBe(403);
        (await DecideAsync("otto-else operator:other", "waits", 1, true)).Status.ShouldBe(404);
        (await DecideAsync("otto-waits operator:waits", "waits", 1, true)).Status.ShouldBe(200);
        await Node.UntilAsync("/api/projects/waits", project => (string?)project["champion"] == "waits@1.0.0:1");

        var decision = await fixture.DecisionAsync("waits", "approval", "may become champion: looks right");
        (string.Concat((string)decision["by"]!, " ", (string)decision["generation"]!)).ShouldBe("key:otto-waits waits@1.0.0:1");
        (await DecideAsync("otto-waits operator:waits", "waits", 1, true)).Status.ShouldBe(409);
        (await DecideAsync("otto-waits operator:waits", "waits", 7, true)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Whoever_asked_for_a_promotion_may_not_approve_it()
    {
        await fixture.MakeAsync("eyes", "explicit", Gate);
        (await PromoteAsync("olga-eyes operator:eyes", "eyes")).Status.ShouldBe(202);
        var (status, problem) = await DecideAsync("olga-eyes operator:eyes", "eyes", 1, true);
        status.ShouldBe(403);
        ((string)problem["detail"]!).ShouldContain("somebody else with the role operator must decide");

        // A second person who asks for the same may not either.
        (await PromoteAsync("otto-eyes operator:eyes", "eyes")).Status.ShouldBe(202);
        (await DecideAsync("otto-eyes operator:eyes", "eyes", 1, true)).Status.ShouldBe(403);
        (await DecideAsync("anna-eyes admin", "eyes", 1, true)).Status.ShouldBe(200);
        await Node.UntilAsync("/api/projects/eyes", project => (string?)project["champion"] == "eyes@1.0.0:1");
    }

    [Fact]
    public async Task Refused_promotion_is_not_made_and_can_be_asked_for_again()
    {
        await fixture.MakeAsync("refused", "explicit", Gate);
        await PromoteAsync("dora-refused developer:refused", "refused");
        await DecideAsync("otto-refused operator:refused", "refused", 1, false);
        await fixture.DecisionAsync("refused", "gate", "is not put into production");
        (await fixture.ChampionAsync("refused")).ShouldBeNull();
        var (status, again) = await PromoteAsync("dora-refused developer:refused", "refused");
        (status, (int)again["approvals"]![0]!).ShouldBe((202, 2));
    }

    [Fact]
    public async Task Approval_that_nobody_gives_in_time_refuses_the_promotion()
    {
        await fixture.MakeAsync("late", "explicit", "gates: [{name: sign-off, before: champion, approval: operator, within: 1s}]");
        (await PromoteAsync("dora-late developer:late", "late")).Status.ShouldBe(202);
        await fixture.DecisionAsync("late", "approval", "Nobody of the role operator decided within 1s");
        await fixture.DecisionAsync("late", "gate", "is not put into production");
        (await DecideAsync("otto-late operator:late", "late", 1, true)).Status.ShouldBe(409);
        (await fixture.ChampionAsync("late")).ShouldBeNull();
    }

    [Fact]
    public async Task Proposal_waits_for_an_approval_and_a_newer_one_takes_its_place()
    {
        await fixture.MakeAsync("latest", "latest", Gate);
        await PendingAsync("latest", "latest@1.0.0:1");
        await fixture.TrainAsync("latest");
        var second = await PendingAsync("latest", "latest@1.0.0:2");
        await fixture.DecisionAsync("latest", "approval", "The approval 1 of latest@1.0.0:1 is not needed any more");
        (await DecideAsync("otto-latest operator:latest", "latest", (int)second["id"]!, true)).Status.ShouldBe(200);
        await Node.UntilAsync("/api/projects/latest", project => (string?)project["champion"] == "latest@1.0.0:2");
    }

    [Fact]
    public async Task Promotion_is_withdrawn_when_another_one_comes_before_it()
    {
        await fixture.MakeAsync("other", "explicit", Gate);
        await fixture.TrainAsync("other");
        await PromoteAsync("dora-other developer:other", "other");
        (await fixture.PostAsync(
            "dora-other developer:other", "/api/projects/other/promotions", new { version = "1.0.0:2", force = true })).Status.ShouldBe(
                403);
        (await fixture.PostAsync(
            "otto-other operator:other", "/api/projects/other/promotions", new { version = "1.0.0:2", force = true })).Status.ShouldBe(200);
        await fixture.DecisionAsync("other", "approval", "is not needed any more: other@1.0.0:2 is in production by now");
        (await fixture.ChampionAsync("other")).ShouldBe("other@1.0.0:2");
    }

    [Theory]
    [InlineData("""{"reason": "x"}""", "'approve' is missing")]
    [InlineData("""{"approve": true}""", "'reason' is missing")]
    [InlineData("""{"approve": true, "reason": " "}""", "'reason' is empty")]
    public async Task Decision_without_what_it_needs_is_refused(string body, string detail)
    {
        var (status, problem) = await Node.TryPostAsync("/api/projects/nothing/approvals/1", body);
        (status, ((string)problem["detail"]!).StartsWith(detail, StringComparison.Ordinal)).ShouldBe((400, true), problem.ToJsonString());
    }

    private Task<(int Status, JsonNode Body)> PromoteAsync(string caller, string project) =>
        fixture.PostAsync(caller, $"/api/projects/{project}/promotions", new { version = "1.0.0:1", by = "d", reason = "it is better" });

    private Task<(int Status, JsonNode Body)> DecideAsync(string caller, string project, int id, bool approve) =>
        fixture.PostAsync(
            caller,
            string.Create(CultureInfo.InvariantCulture, $"/api/projects/{project}/approvals/{id}"),
            new { approve, reason = "looks right" });

    private async Task<JsonNode> PendingAsync(string project, string generation)
    {
        var approvals = await Node.UntilAsync(
            $"/api/projects/{project}/approvals?status=pending",
            all => all.AsArray() is [var one] && (string)one!["generation"]! == generation);
        return approvals[0]!;
    }
}
