using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>
/// Keys in a cluster: what one node changes is in force on another within two seconds; without the database known keys go on.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class KeyTests(ClusterFixture fixture, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan InForceWithin = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new();
    private TestCluster _cluster = null!;
    private string _admin = "";

    public async Task InitializeAsync()
    {
        _cluster = await fixture.CreateAsync($"keys{Guid.NewGuid():n}"[..20]);
        string[] settings =
        [
            "--Security:Enabled", "true", "--Security:AllowInsecure", "true", "--Security:Pepper", new string('p', 40),
            "--Security:AdminKeyFile", _cluster.PathOf("admin.key"),
        ];
        foreach (var name in new[] { "one", "two" })
            _cluster.Add(name, settings);
        // Both start together: one makes the key.
        await Task.WhenAll(_cluster.Nodes.Select(node => node.StartAsync()));
        await Task.WhenAll(_cluster.Nodes.Select(node => node.UntilReadyAsync()));
        _admin = (await File.ReadAllTextAsync(_cluster.PathOf("admin.key"))).Trim();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        foreach (var node in _cluster.Nodes.Where(node => node.IsRunning))
            await node.TerminateAsync();
    }

    [Fact]
    public async Task Key_is_accepted_everywhere_at_once_and_refused_everywhere_within_two_seconds_of_its_end()
    {
        var (one, two) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        JsonNode.Parse(await TextAsync(one, HttpMethod.Get, "/api/keys", _admin))!.AsArray().ShouldHaveSingleItem();
        var (secret, id) = await MakeAsync(one, "ci");
        (await StatusAsync(two, secret)).ShouldBe(HttpStatusCode.OK);

        using var revoked = await SendAsync(one, HttpMethod.Post, $"/api/keys/{id}/revoke", _admin, new { });
        revoked.StatusCode.ShouldBe(HttpStatusCode.OK);
        var since = Stopwatch.GetTimestamp();
        (await StatusAsync(one, secret)).ShouldBe(HttpStatusCode.Unauthorized);
        while (await StatusAsync(two, secret) != HttpStatusCode.Unauthorized)
            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(InForceWithin);
        output.WriteLine($"Refused by the other node after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.00} s.");
    }

    [Fact]
    public async Task Without_the_database_known_keys_are_accepted_and_unknown_ones_are_told_to_ask_again()
    {
        var (one, two) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        var (secret, _) = await MakeAsync(one, "known");
        (await StatusAsync(two, secret)).ShouldBe(HttpStatusCode.OK);
        var unknown = $"{secret[..4]}zzzzzzzz{secret[12..]}";
        (await StatusAsync(two, unknown)).ShouldBe(HttpStatusCode.Unauthorized);

        await fixture.Server.StopAsync();
        try
        {
            await two.UntilAsync("/v2/health/ready", health => health["database"] is not null);
            (await StatusAsync(two, secret)).ShouldBe(HttpStatusCode.OK);
            using var answer = await SendAsync(two, HttpMethod.Get, "/api/about", unknown);
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter.ShouldNotBeNull();
        }
        finally
        {
            await fixture.Server.StartAsync();
        }

        await two.UntilAsync("/v2/health/ready", health => health["database"] is null);
        (await StatusAsync(two, unknown)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<(string Secret, string Id)> MakeAsync(ClusterNode node, string name)
    {
        var made = JsonNode.Parse(await TextAsync(node, HttpMethod.Post, "/api/keys", _admin, new { name, allow = new[] { "viewer" } }))!;
        return ((string)made["secret"]!, (string)made["key"]!["id"]!);
    }

    private async Task<HttpStatusCode> StatusAsync(ClusterNode node, string key)
    {
        using var response = await SendAsync(node, HttpMethod.Get, "/api/about", key);
        return response.StatusCode;
    }

    private async Task<string> TextAsync(ClusterNode node, HttpMethod method, string path, string key, object? body = null)
    {
        using var response = await SendAsync(node, method, path, key, body);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return text;
    }

    private async Task<HttpResponseMessage> SendAsync(ClusterNode node, HttpMethod method, string path, string key, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(node.Http.BaseAddress!, path));
        request.Headers.Authorization = new("Bearer", key);
        request.Content = body is null ? null : JsonContent.Create(body);
        return await _http.SendAsync(request);
    }
}
