using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Requests that no client sends who wants an answer.</summary>
public sealed class HostileRequestTests(TightNode tight) : IClassFixture<TightNode>
{
    private const string Post = "POST /api/projects/none/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private readonly Node node = tight.Node;

    [Fact]
    public async Task Slow_bodies_take_no_place()
    {
        foreach (var path in (string[])["/api/projects/none/predict", "/v2/models/none/infer"])
        {
            using var slow = await SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 17000\r\n\r\n{{\"rows\":");
            using var small = await SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{{");
            (await node.TryPostAsync(path, "{\"rows\":[{}]}")).Status.ShouldBeOneOf(400, 404); // not 429
        }
    }

    [Fact]
    public async Task Chunk_that_claims_more_than_there_can_be_is_a_bad_request()
    {
        foreach (var path in (string[])[
            "/api/projects/none/predict",
            "/v2/models/none/infer",
            "/api/projects/none/outcomes",
            "/api/projects/none/releases",
        ])
        {
            var type = path.EndsWith("releases", StringComparison.Ordinal) ? "application/zip" : "application/json";
            using var claim = await SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nTransfer-Encoding: "
                    + "chunked\r\n\r\n10000000000000000\r\n{}");
            (await ReadLineAsync(claim)).ShouldStartWith("HTTP/1.1 400", customMessage: path);
        }
    }

    [Fact]
    public async Task Shape_of_many_extents_is_refused_in_a_few_words()
    {
        var shape = string.Join(',', Enumerable.Repeat(1, 400_000));
        var (status, problem) = await node.TryPostAsync(
            "/v2/models/none/infer", $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[{{shape}}],"data":[1]}]}""");

        status.ShouldBe(400);
        problem.ToJsonString().Length.ShouldBeLessThan(1_000);
        ((string)problem["detail"]!).ShouldBe("inputs[0].shape has more than 64 extents, the most that a tensor may have.");

        (status, problem) = await node.TryPostAsync(
            "/v2/models/none/infer", $$"""{"inputs":[{"name":"{{new string('x', 900_000)}}","datatype":"FP32","shape":[1],"data":[1]}]}""");
        (status, problem.ToJsonString().Length).ShouldSatisfyAllConditions(
            answer => answer.status.ShouldBe(400), answer => answer.Length.ShouldBeLessThan(1_000));
    }

    [Fact]
    public async Task Package_is_not_compressed_once_more()
    {
        using var content = new ByteArrayContent([0x1f, 0x8b]);
        content.Headers.ContentType = new("application/zip");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await node.Http.PostAsync("/api/projects/none/releases", content);
        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await response.Content.ReadAsStringAsync()).ShouldContain("without a Content-Encoding");
    }

    [Fact]
    public async Task What_a_caller_wrote_does_not_come_back_whole()
    {
        var (status, problem) = await node.TryPostAsync(
            "/api/projects/none/promotions", $$"""{"version": "{{new string('9', 100_000)}}"}""");
        status.ShouldBeOneOf(400, 404);
        problem.ToJsonString().Length.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Body_over_the_limit_is_told_the_setting()
    {
        foreach (var path in (string[])["/api/projects/none/predict", "/v2/models/none/infer"])
        {
            using var claim = await SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 67108864\r\n\r\n");
            (await ReadLineAsync(claim)).ShouldStartWith("HTTP/1.1 413", customMessage: path);
            var (status, problem) = await node.TryPostAsync(path, new string(' ', (1 << 20) + 1));
            status.ShouldBe(413);
            ((string)problem["detail"]!).ShouldContain("at most 1048576 bytes, decompressed (Serving:MaxBodyBytes)");
        }
    }

    [Fact]
    public async Task Bodies_that_are_only_announced_take_no_memory()
    {
        List<TcpClient> claims = [];
        for (var i = 0; i < 40; i++)
            claims.Add(await SendAsync($"{Post}Content-Length: 1048576\r\n\r\n{{\"rows\":["));

        (await node.TryPostAsync("/api/projects/none/predict", new string(' ', 40_000))).Status.ShouldBe(404);
        foreach (var claim in claims)
            claim.Dispose();
    }

    [Fact]
    public async Task Bodies_beyond_the_nodes_memory_for_them_are_refused_for_now()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? refusal = null;
        while (refusal is null)
        {
            // It is cut off after a while, which on a slow machine may be before the others come.
            using var held = await SendAsync($"{Post}Content-Length: 1048576\r\n\r\n{new string(' ', 600_000)}");
            for (var i = 0; i < 20 && refusal is null; i++)
                refusal = await AskAsync() is (503, var text) ? text : null;
        }

        refusal.ShouldContain("Serving:MaxBodyMemory");
        while (await AskAsync() is not (404, _))
            await Task.Delay(20, patience.Token);

        async Task<(int Status, string Text)> AskAsync()
        {
            using var content = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json");
            using var response = await node.Http.PostAsync("/api/projects/none/predict", content, patience.Token);
            (response.Headers.RetryAfter is not null).ShouldBe((int)response.StatusCode == 503);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(patience.Token));
        }
    }

    [Fact]
    public async Task Body_that_is_not_whole_in_time_is_cut_off()
    {
        using var slow = await SendAsync($"{Post}Content-Length: 17000\r\n\r\n{{");
        (await ReadLineAsync(slow)).ShouldStartWith("HTTP/1.1 408");
    }

    [Fact]
    public async Task Every_answer_forbids_to_guess_its_type()
    {
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("GET", "/api/projects", null), ("GET", "/nothing", null), ("POST", "/api/projects/none/predict", "{}"), (
                "POST", "/api/projects/none/predict", "{"),
            ("POST", "/v2/models/none/infer", "{}"), ("POST", "/api/projects/none/outcomes", "{}"), (
                "POST", "/api/projects/none/offline/pause", null),
            ("PUT", "/api/projects/none/rollout", "{}"), ("POST", "/nothing", "{}")])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await node.Http.SendAsync(request);
            response.Headers.TryGetValues("X-Content-Type-Options", out var values).ShouldBeTrue($"{method} {path}");
            values!.ShouldBe(["nosniff"]);
        }
    }

    [Fact]
    public async Task Clients_that_follow_queries_are_bounded()
    {
        foreach (var project in (string[])["one", "two", "three"])
        {
            using var release = await node.PublishAsync(project, EchoProject.WriteFinished(tight.PathOf(project), project));
            release.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        using (var first = await FollowAsync("one", 200))
        {
            using var second = await FollowAsync("one", 429);
            using var other = await FollowAsync("two", 200);
            using var third = await FollowAsync("three", 503);
            second.Headers.RetryAfter.ShouldNotBeNull();
            third.Headers.RetryAfter.ShouldNotBeNull();
            JsonNode.Parse(await second.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>()
                .ShouldContain("Serving:MaxTailsOfProject");
            JsonNode.Parse(await third.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>().ShouldContain("Serving:MaxTails");
        }

        // Their places are free again.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var again = await node.Http.GetAsync(
                "/api/projects/one/queries/stream", HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (again.IsSuccessStatusCode)
                return;
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(string project, int status)
    {
        var response = await node.Http.GetAsync($"/api/projects/{project}/queries/stream", HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).ShouldBe(status, project);
        return response;
    }

    /// <summary>Opens a connection and sends what is given, as it is.</summary>
    private async Task<TcpClient> SendAsync(string text)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, node.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        return client;
    }

    private static async Task<string> ReadLineAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII, leaveOpen: true);
        return await reader.ReadLineAsync(patience.Token) ?? "";
    }
}
