using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams.PubSub;
using Progeny.Abstractions.Common;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Tests.Serving;

/// <summary>The live tail of queries, and the stream behind it.</summary>
[Collection(ServingCollection.Name)]
public sealed class QueryTailTests(ServingNode serving)
{
    [Fact]
    public async Task Tail_shows_each_query_as_the_api_shows_it()
    {
        using var tail = await EventReader.OpenAsync(serving.Http, "/api/projects/shops/queries/stream");
        tail.ContentType.ShouldBe("text/event-stream");
        await UntilHeardAsync(tail, "shops", """{"shop":"s1"}""");
        await serving.PostAsync(
            "/api/projects/shops/predict",
            """{"rows":[{"shop":"s1","region":"<\u00e4>\n"},{"shop":"s1","rating":2}],"query_id":"tailed"}""",
            200);
        for (var row = 0; row < 2; row++)
        {
            var (name, query) = await NextAsync(tail, query => ((string)query["query_id"]!).StartsWith("tailed", StringComparison.Ordinal));
            name.ShouldBe("message");
            var logged = (await serving.Node.UntilAsync($"/api/projects/shops/queries/tailed:{row}", _ => true)).AsObject();
            ((string)query["project"]!).ShouldBe("shops");
            query.AsObject().Remove("project");
            foreach (var later in (string[])["sequence", "attempts", "outcome", "outcomes"])
                logged.Remove(later);
            JsonNode.DeepEquals(query, logged).ShouldBeTrue($"{query.ToJsonString()}\n{logged.ToJsonString()}");
        }
    }

    [Fact]
    public async Task First_query_of_a_quiet_project_is_heard()
    {
        await serving.ImportAsync("quiet", ServedProjects.All["shops"].Manifest, ServedProjects.All["shops"].Model);
        using var tail = await EventReader.OpenAsync(serving.Http, "/api/projects/quiet/queries/stream");
        await serving.PostAsync("/api/projects/quiet/predict", """{"rows":[{"shop":"s1"}],"query_id":"first"}""", 200);
        ((string)(await tail.NextAsync())!.Value.Data["query_id"]!).ShouldBe("first");
    }

    [Fact]
    public async Task Tail_of_a_version_shows_no_other()
    {
        await serving.ImportAsync("tailed", ServedProjects.All["shops"].Manifest, ServedProjects.All["shops"].Model);
        await serving.ImportAsync("tailed", ServedProjects.All["shops"].Manifest, ServedProjects.All["shops"].Model, "1.1.0");
        using var tail = await EventReader.OpenAsync(serving.Http, "/api/projects/tailed/queries/stream?version=1.0.0:1");
        await UntilHeardAsync(tail, "tailed/versions/1.0.0:1", """{"shop":"s1"}""", "tailed");
        await serving.PostAsync("/api/projects/tailed/versions/1.1.0:1/predict", """{"rows":[{"shop":"s1"}],"query_id":"other"}""", 200);
        await serving.PostAsync("/api/projects/tailed/versions/1.0.0:1/predict", """{"rows":[{"shop":"s1"}],"query_id":"own"}""", 200);
        var (_, query) = await NextAsync(tail, query => (string)query["query_id"]! is "own" or "other");
        ((string)query["query_id"]!).ShouldBe("own");
        ((string)query["version"]!).ShouldBe("1.0.0:1");
    }

    [Fact]
    public async Task Client_that_stalls_misses_records_and_is_told_exactly_how_many()
    {
        const int requests = 80;
        using var tail = await EventReader.OpenAsync(serving.Http, "/api/projects/unfeeling/queries/stream");
        await UntilHeardAsync(tail, "unfeeling", PredictAnswersTests.Row());

        // It reads nothing while more is answered than the connection and its buffer hold.
        var rows = PredictAnswersTests.Rows([.. Enumerable.Repeat(PredictAnswersTests.Row(), 1_000)]);
        for (var i = 0; i < requests; i++)
            await serving.PostAsync("/api/projects/unfeeling/predict", rows, 200);

        await serving.PostAsync(
            "/api/projects/unfeeling/predict", $"{{\"rows\":[{PredictAnswersTests.Row()}],\"query_id\":\"last\"}}", 200);
        var (heard, missed) = (0, 0);
        for (var last = false; !last || heard + missed < (requests * 1_000) + 1;)
        {
            var (name, data) = await NextAsync(tail, _ => true);
            if (name == "missed")
                missed += (int)data["records"]!;
            else
                heard++;
            last |= name == "missed" || (string)data["query_id"]! == "last";
        }

        missed.ShouldBeGreaterThan(0);
        heard.ShouldBeGreaterThan(1_000);
        (heard + missed).ShouldBe((requests * 1_000) + 1);
        serving.Node.Services.GetServices<IQueryOutlet>().Single(outlet => outlet.Name == "stream").Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task Subscription_ends_with_its_client()
    {
        serving.Node.Services.GetRequiredService<IClusterClient>().GetStreamProvider(StreamNames.QueryProvider)
            .TryGetStreamSubscriptionManager(out var manager).ShouldBeTrue();
        var stream = StreamId.Create(StreamNames.Queries, "iris64");
        using (await EventReader.OpenAsync(serving.Http, "/api/projects/iris64/queries/stream"))
            (await manager!.GetSubscriptions(StreamNames.QueryProvider, stream)).Count().ShouldBe(1);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await manager.GetSubscriptions(StreamNames.QueryProvider, stream)).Any())
            await Task.Delay(10, patience.Token);
    }

    [Theory]
    [InlineData("/api/projects/nobody/queries/stream", 404, "There is no project 'nobody'.")]
    [InlineData("/api/projects/rich/queries/stream?version=latest", 400, "'latest' is no version; one looks like '1.2.0:3'.")]
    public async Task Tail_of_nothing_is_refused(string path, int status, string message) =>
        ((string)(await serving.GetAsync(path, status))["detail"]!).ShouldBe(message);

    /// <summary>Asks until the tail has heard of a query: the publisher learns of a new subscription within half a second.</summary>
    private async Task UntilHeardAsync(EventReader tail, string path, string row, string? project = null)
    {
        var next = tail.NextAsync();
        for (var i = 0; !next.IsCompleted; i++)
        {
            await serving.PostAsync(
                $"/api/projects/{path}/predict",
                $"{{\"rows\":[{row}],\"query_id\":\"hello-{i.ToString(CultureInfo.InvariantCulture)}\"}}",
                200);
            await Task.WhenAny(next, Task.Delay(50));
            i.ShouldBeLessThan(400);
        }

        // All that was asked while it waited is heard as well, up to this one.
        await serving.PostAsync($"/api/projects/{path}/predict", $"{{\"rows\":[{row}],\"query_id\":\"ready\"}}", 200);
        await next;
        var (_, query) = await NextAsync(tail, query => (string)query["query_id"]! == "ready");
        ((string)query["project"]!).ShouldBe(project ?? path);
    }

    private static async Task<(string Name, JsonNode Data)> NextAsync(EventReader tail, Func<JsonNode, bool> wanted)
    {
        while (await tail.NextAsync() is { } next)
        {
            if (wanted(next.Data))
                return next;
        }

        throw new InvalidOperationException("The stream has ended.");
    }
}
