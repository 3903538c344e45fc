using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Security;

/// <summary>How much a caller may ask of a node.</summary>
public sealed class RateLimitTests : DataFixture
{
    private const string Project = "echo";
    private const string Predict = $"/api/projects/{Project}/predict";

    [Fact]
    public async Task Caller_above_its_limit_is_told_when_to_come_back_and_others_are_answered()
    {
        await using var node = await StartAsync(
            "--Security:RateLimits:Callers:key:flood:RequestsPerSecond", "0.4", "--Security:RateLimits:Callers:key:flood:Burst", "3");
        var (flood, calm) = (await MakeKeyAsync(node, "flood"), await MakeKeyAsync(node, "calm"));
        for (var i = 0; i < 3; i++)
            (await AskAsync(node, flood, 1)).Status.ShouldBe(200);

        var since = Stopwatch.GetTimestamp();
        var (status, retryAfter, problem) = await AskAsync(node, flood, 1);

        status.ShouldBe(429);
        // Of a bucket that is refilled once in 2.5 s, after the pause before the answer.
        retryAfter.ShouldBeInRange(1, 3);
        ((string)problem["detail"]!).ShouldStartWith("'key:flood' may ask this node 0.4 requests a second, 3 at once; ask again in ");
        ((string)problem["detail"]!).ShouldContain($"in {retryAfter} s");
        Stopwatch.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(250));
        for (var i = 0; i < 10; i++)
            (await AskAsync(node, calm, 1)).Status.ShouldBe(200);
        (await node.Http.GetStringAsync("/metrics")).ShouldContain("progeny_requests_limited_total{");
        await Task.Delay(TimeSpan.FromSeconds(retryAfter));
        (await AskAsync(node, flood, 1)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Rows_are_charged_when_they_are_answered_and_refused_ones_are_not()
    {
        await using var node = await StartAsync("--Security:RateLimits:RowsPerSecond", "100");
        var key = await MakeKeyAsync(node, "rows");
        (await AskAsync(node, key, 5_000, "\"no number\"")).Status.ShouldBe(400);
        (await AskAsync(node, key, 400)).Status.ShouldBe(200);

        var (status, retryAfter, problem) = await AskAsync(node, key, 1);

        status.ShouldBe(429);
        retryAfter.ShouldBeInRange(2, 3); // 300 rows of debt, less the pause
        ((string)problem["detail"]!).ShouldStartWith("'key:rows' may ask this node 100 rows a second, and earlier queries had more;");
        using var tensors = new HttpRequestMessage(
            HttpMethod.Post,
            $"/v2/models/{Project}/infer")
            {
                Content = JsonContent.Create(
                    new { inputs = new[] { new { name = "x", shape = new[] { 1 }, datatype = "FP32", data = new[] { 1 } } } }),
            };
        tensors.Headers.Authorization = SecuredNode.Bearer(key);
        using var answer = await node.Http.SendAsync(tensors);
        ((int)answer.StatusCode).ShouldBe(429);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string)body["error"]!).ShouldBe((string)body["detail"]!);
    }

    [Fact]
    public async Task Addresses_have_limits_where_nobody_proves_who_they_are_and_health_has_none()
    {
        await using var node = await Node.StartWholeAsync(
            Data,
            [
                "--Security:RateLimits:PerAddress",
                "true",
                "--Security:RateLimits:RequestsPerSecond",
                "0.1",
                "--Security:RateLimits:Burst",
                "2",
            ]);
        for (var i = 0; i < 2; i++)
            (await node.Http.GetAsync("/api/about")).EnsureSuccessStatusCode();
        ((int)(await node.Http.GetAsync("/api/about")).StatusCode).ShouldBe(429);
        (await node.Http.GetAsync("/v2/health/ready")).EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData(
        "--Security:RateLimits:RequestsPerSecond -1",
        "Security:RateLimits:RequestsPerSecond is -1; it must be 0 to 1000000000, or 0 for no limit.")]
    [InlineData(
        "--Security:RateLimits:Callers:key:ci:Burst 0", "Security:RateLimits:Callers:key:ci:Burst is 0; it must be 1 to 1000000000.")]
    public void Limit_out_of_its_bounds_is_refused(string setting, string said) =>
        Should.Throw<Grains.Common.SettingException>(() => GatewayApp.Build(["--Data", Data, .. setting.Split(' ')])).Message.ShouldBe(
            said);

    /// <summary>A node that asks who callers are and serves a project; its own client sends a key for everything.</summary>
    private async Task<Node> StartAsync(params string[] settings)
    {
        var file = PathOf("admin.key");
        var node = await Node.StartAsync(Data, ["--Security:Enabled", "true", "--Security:AdminKeyFile", file, .. settings]);
        node.Http.DefaultRequestHeaders.Authorization = SecuredNode.Bearer((await File.ReadAllTextAsync(file)).Trim());
        using var published = await node.PublishAsync(Project, EchoProject.WriteFinished(PathOf(Project), Project));
        published.EnsureSuccessStatusCode();
        ((string)(await node.TrainAsync(Project))["status"]!).ShouldBe("succeeded");
        await node.PostAsync($"/api/projects/{Project}/promotions", new { version = "1.0.0:1" });
        return node;
    }

    private static async Task<string> MakeKeyAsync(Node node, string name) =>
        (string)(await node.PostAsync("/api/keys", new { name, allow = new[] { $"predictor:{Project}" } }))["secret"]!;

    private static async Task<(int Status, int RetryAfter, JsonNode Body)> AskAsync(Node node, string key, int rows, string value = "1")
    {
        var list = string.Join(',', Enumerable.Repeat($$"""{"x":{{value}}}""", rows));
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            Predict) { Content = new StringContent($$"""{"rows":[{{list}}]}""", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = SecuredNode.Bearer(key);
        using var answer = await node.Http.SendAsync(request);
        return ((int)answer.StatusCode, (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds
            ?? 0), JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
