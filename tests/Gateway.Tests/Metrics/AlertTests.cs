using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Abstractions.Decisions;
using Progeny.Core.Alerts;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Tests.Metrics;

/// <summary>Alerts, from a figure that is wrong to whoever wants to hear of it.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private const string Alerts =
        """
        alerts:
          - {name: bad, when: loss > 1, webhook: ops}
          - {name: unheard, when: requests > 0}
          - {name: never, when: loss > 1000000, webhook: nobody}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private WebhookReceiver receiver = null!;
    private Node node = null!;

    public async Task InitializeAsync()
    {
        receiver = await WebhookReceiver.StartAsync();
        node = await StartAsync();
        using (var response = await node.PublishAsync("watched", JudgedProject.Write(Path.Combine(folder, "watched"), "watched", Alerts)))
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        ((string)(await node.TrainAsync("watched"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/watched/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await receiver.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Episode_is_told_once_when_it_begins_and_once_when_it_is_over_whatever_fails_between()
    {
        receiver.Status = 503;
        await node.PostAsync("/api/projects/watched/predict", new { query_id = "q", rows = new[] { new { x = 0.9, kind = "a" } } });
        await ReportAsync(0);
        var firing = await receiver.UntilAsync("firing");
        var active = await AlertAsync("bad", alert => (bool)alert["active"]! && alert["delivery_error"] is not null);
        ((int)active["undelivered"]!).ShouldBe(1);
        ((string)active["delivery_error"]!).ShouldBe("The webhook 'ops' answered 503; 200 to 299 would be right.");

        // What was not taken when the node stopped is delivered by the next one, as the same message.
        await node.DisposeAsync();
        var before = receiver.Attempts.Count;
        receiver.Status = 200;
        node = await StartAsync();
        var again = await receiver.UntilAsync("firing", before);
        again.ToJsonString().ShouldBe(firing.ToJsonString());
        await AlertAsync("bad", alert => (int)alert["undelivered"]! == 0);

        await ReportAsync(1);
        var resolved = await receiver.UntilAsync("resolved");
        await AlertAsync("bad", alert => !(bool)alert["active"]! && (int)alert["undelivered"]! == 0);
        ((string)firing["id"]!, (string)resolved["id"]!).ShouldBe(("alert/watched/bad/1/firing", "alert/watched/bad/1/resolved"));
        ((string)firing["message"]!).ShouldBe("loss 2.30258: loss > 1 is true");
        ((string)firing["generation"]!, (string)firing["condition"]!, (int)firing["episode"]!).ShouldBe(("watched@1.0.0:1", "loss > 1", 1));
        ((double)resolved["figures"]!["loss"]!).ShouldBe(0.105, 0.001);

        var delivered = receiver.Attempts.Skip(before).Select(attempt => Uri.UnescapeDataString(attempt.Id)).ToList();
        delivered.ShouldBe(["alert/watched/bad/1/firing", "alert/watched/bad/1/resolved"]);
        var (_, signature, body) = receiver.Attempts[^1];
        WebhookSignature.Verify(WebhookReceiver.Secret, body, signature, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5)).ShouldBeTrue();

        var decisions = (await node.Services.GetRequiredService<IDecisionLog>().ListAsync("watched", null, null, 100, default)).Select(
            entry => entry.Decision);
        decisions.Where(decision => decision.Kind == DecisionKind.Alert && decision.By == "alert bad")
            .Select(decision => decision.Message[..8])
            .ShouldBe(["Is over:", "Began: l"]);
    }

    [Fact]
    public async Task Alert_without_a_webhook_is_shown_and_one_that_is_not_true_is_quiet()
    {
        await node.PostAsync("/api/projects/watched/predict", new { query_id = "q", rows = new[] { new { x = 0.9, kind = "a" } } });
        var unheard = await AlertAsync("unheard", alert => (bool)alert["active"]!);
        ((string)unheard["episode"]!["message"]!).ShouldStartWith("requests 1: requests > 0 is true");
        ((int)unheard["undelivered"]!).ShouldBe(0);
        var never = await AlertAsync("never", _ => true);
        ((bool)never["active"]!).ShouldBeFalse();
        never["episode"].ShouldBeNull();
        receiver.Attempts.ShouldBeEmpty();
        using var missing = await node.Http.GetAsync("/api/projects/nobody/alerts");
        ((int)missing.StatusCode).ShouldBe(404);
    }

    [Fact]
    public async Task Webhook_that_is_not_configured_well_keeps_the_node_from_starting_and_does_not_show_its_secret()
    {
        var exception = await Should.ThrowAsync<Exception>(() => Node.StartAsync(
            Path.Combine(folder, "other"), "--Webhooks:ops:Url", "ftp://user:password@host", "--Webhooks:ops:Secret", "hunter2"));
        exception.ToString().ShouldContain("Webhooks:ops:Url is no address; write the http or https address");
        exception.ToString().ShouldContain("Webhooks:ops:Secret is too short");
        exception.ToString().ShouldNotContain("hunter2");
        exception.ToString().ShouldNotContain("password@");
    }

    private Task<Node> StartAsync() => Node.StartAsync(
        Path.Combine(folder, "data"),
        "--Metrics:PublishSeconds", "0.1", "--Metrics:ScoreSeconds", "0.1", "--OfflineAgent:CheckSeconds", "0.1",
        "--Webhooks:AllowedNetworks", "127.0.0.0/8", "--Webhooks:ops:Url", receiver.Url.ToString(), "--Webhooks:ops:Secret", WebhookReceiver.Secret);

    private async Task<JsonNode> AlertAsync(string name, Func<JsonNode, bool> wanted)
    {
        return Of(await node.UntilAsync("/api/projects/watched/alerts", answer => wanted(Of(answer))));

        JsonNode Of(JsonNode answer) => answer.AsArray().Single(alert => (string)alert!["name"]! == name)!;
    }

    private async Task ReportAsync(int outcome) =>
        await node.PostAsync("/api/projects/watched/outcomes", new { outcomes = new[] { new { query_id = "q", outcome } } });
}
