using Progeny.Gateway.Tests.Metrics;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What an operator lets a project use, and what others are told of it.</summary>
public sealed class GrantTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private Node node = null!;

    public async Task InitializeAsync() => node = await Node.StartAsync(
        Path.Combine(folder, "data"),
        "--Feeds:stock:Kind", "postgresql", "--Feeds:stock:ConnectionString", "Host=127.0.0.1;Port=1;Username=reader;Password=x", "--Feeds:stock:Projects", "shop-*",
        "--Feeds:payroll:Kind", "sqlite", "--Feeds:payroll:ConnectionString", "Data Source=payroll.db", "--Feeds:payroll:Projects", "wages",
        "--Releases:MaxRules", "3", "--Metrics:PublishSeconds", "0.1", "--OfflineAgent:CheckSeconds", "0.1",
        "--Webhooks:AllowedNetworks", "127.0.0.0/8", "--Webhooks:ops:Url", "http://127.0.0.1:1/hook", "--Webhooks:ops:Secret", "0123456789abcdef", "--Webhooks:ops:Projects", "shop-a");

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("payroll")]
    [InlineData("nowhere")]
    public async Task Release_that_names_a_feed_which_its_project_may_not_use_is_refused_as_if_there_were_none(string feed)
    {
        var (status, body) = await PublishAsync(
            "shop-a", $"augment: [{{name: facts, feed: {feed}, features: [kind], query: 'SELECT kind FROM facts WHERE x = :x'}}]");

        status.ShouldBe(400);
        body.ShouldContain("augment[0].feed");
        body.ShouldContain($"Feed '{feed}': There is no such feed for 'shop-a'; it may use stock.");
    }

    [Theory]
    [InlineData("ops")]
    [InlineData("pager")]
    public async Task Release_that_names_a_webhook_which_its_project_may_not_use_is_refused_as_if_there_were_none(string webhook)
    {
        var (status, body) = await PublishAsync("shop-b", $"alerts: [{{name: bad, when: loss > 1, webhook: {webhook}}}]");

        status.ShouldBe(400);
        body.ShouldContain("alerts[0].webhook");
        body.ShouldContain($"There is no webhook '{webhook}' for 'shop-b' on this node");
    }

    [Fact]
    public async Task Release_of_more_rules_than_the_operator_allows_is_refused()
    {
        var (status, body) = await PublishAsync(
            "shop-c",
            "gates: [{name: a, before: champion, when: 1}, {name: b, before: champion, when: 1}, {name: c, before: champion, when: 1}]");

        status.ShouldBe(400);
        body.ShouldContain("has 4 rules, metrics, gates, hooks, alerts and tests; this node takes 3 at most (Releases:MaxRules)");
    }

    [Fact]
    public async Task Who_asks_and_who_looks_at_alerts_is_told_what_failed_and_not_where_it_is()
    {
        var (status, body) = await PublishAsync(
            "shop-a",
            """
            augment: [{name: facts, feed: stock, features: [kind], query: 'SELECT kind FROM facts WHERE x = :x', deadline: 5s}]
            alerts: [{name: busy, when: requests > 0, webhook: ops}]
            """);
        status.ShouldBe(201, body);
        ((string)(await node.TrainAsync("shop-a"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/shop-a/promotions", new { version = "1.0.0:1", reason = "the first" });

        var (refused, problem) = await node.TryPostAsync("/api/projects/shop-a/predict", """{"rows":[{"x":0.5}]}""");
        refused.ShouldBe(503);
        ((string)problem["detail"]!).ShouldBe("Feed 'stock' could not answer augmentation 'facts'; the node's log says why.");

        await node.PostAsync("/api/projects/shop-a/predict", new { rows = new[] { new { x = 0.5, kind = "a" } } });
        var alerts = await node.UntilAsync("/api/projects/shop-a/alerts", alerts => alerts[0]!["delivery_error"] is not null);
        ((string)alerts[0]!["delivery_error"]!).ShouldBe("The webhook 'ops' cannot be reached; the node's log says why.");
    }

    private async Task<(int Status, string Body)> PublishAsync(string project, string more)
    {
        using var response = await node.PublishAsync(project, JudgedProject.Write(Path.Combine(folder, project), project, more));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
