extern alias silo;

using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ICallerSource = silo::Progeny.Silo.Security.ICallerSource;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Keys, as those who make and send them see them.</summary>
public sealed class ApiKeyTests(SecuredNode secured) : IClassFixture<SecuredNode>
{
    private const string Predict = $"/api/projects/{SecuredNode.Own}/predict";

    private static readonly object _rows = new { rows = new[] { new { x = 1.5 } } };

    private Node Node => secured.Node;

    [Fact]
    public async Task Key_is_shown_once_and_lets_in_where_its_role_reaches()
    {
        var (secret, id) = await secured.MakeKeyAsync("predictor:echo");
        secret.ShouldMatch("^pgy_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$");
        secret.ShouldContain($"_{id}_");
        (await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows)).Status.ShouldBe(200);
        (await secured.AskAsync(HttpMethod.Get, "/api/projects/echo/queries", secret)).Status.ShouldBe(403);
        (await Node.GetAsync("/api/keys")).ToJsonString().ShouldNotContain(secret[13..]);
        (await Node.GetAsync($"/api/keys/{id}")).ToJsonString().ShouldNotContain(secret[13..]);
        foreach (var file in Directory.EnumerateFiles(Node.Data, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "LOCK"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            (await reader.ReadToEndAsync()).Contains(secret[13..], StringComparison.Ordinal).ShouldBeFalse(file);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pgy_")]
    [InlineData("pgy_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("pgy_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("abc")]
    public async Task Request_without_a_key_or_with_a_wrong_one_is_asked_who_it_is(string? key)
    {
        using var response = await secured.SendAsync(HttpMethod.Post, Predict, key, _rows);
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task Secret_of_another_key_does_not_open_the_one_whose_id_it_is_sent_with()
    {
        var (own, _) = await secured.MakeKeyAsync("predictor:echo");
        (await secured.AskAsync(HttpMethod.Get, "/api/keys", secured.AdminKey[..13] + own[13..])).Status.ShouldBe(401);
        (await secured.AskAsync(HttpMethod.Get, "/api/keys", own)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Revoked_key_is_refused_at_once_on_a_connection_that_has_used_it_and_its_stream_ends()
    {
        var (secret, id) = await secured.MakeKeyAsync("developer:echo");
        using var stream = await secured.SendAsync(
            HttpMethod.Get, "/api/projects/echo/queries/stream", secret, completion: HttpCompletionOption.ResponseHeadersRead);
        stream.StatusCode.ShouldBe(HttpStatusCode.OK);
        for (var i = 0; i < 3; i++)
            (await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows)).Status.ShouldBe(200);

        var revoked = await Node.PostAsync($"/api/keys/{id}/revoke", new { });
        ((string)revoked[0]!["status"]!).ShouldBe("revoked");
        ((string)revoked[0]!["revoked_by"]!).ShouldBe("key:admin");

        var (status, detail) = await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows);
        status.ShouldBe(401);
        detail!.ShouldContain("was revoked");
        var started = Stopwatch.GetTimestamp();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await using var body = await stream.Content.ReadAsStreamAsync(patience.Token);
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(patience.Token) is not null)
            continue;
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Key_expires_by_itself_and_says_so_to_its_owner()
    {
        var made = await Node.PostAsync(
            "/api/keys", new { name = "brief", allow = new[] { "predictor" }, expires_at = DateTimeOffset.UtcNow.AddSeconds(1.5) });
        var secret = (string)made["secret"]!;
        (await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows)).Status.ShouldBe(200);
        var expired = await Node.UntilAsync("/api/keys/brief", key => (string)key["status"]! == "expired");
        var asked = DateTimeOffset.UtcNow;
        var answer = await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows);
        while (answer.Status == 200 && DateTimeOffset.UtcNow - asked < TimeSpan.FromSeconds(2))
        {
            // Not faster than a key may ask: it would be refused for that.
            await Task.Delay(20);
            answer = await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows);
        }

        answer.Status.ShouldBe(401, expired.ToJsonString());
        answer.Detail!.ShouldContain("has expired");
    }

    [Fact]
    public async Task Rotation_gives_a_new_secret_while_the_old_one_is_accepted_for_a_while()
    {
        var (old, id) = await secured.MakeKeyAsync("predictor:echo");
        var rotated = await Node.PostAsync($"/api/keys/{id}/rotate", new { overlap_seconds = 60 });
        var fresh = (string)rotated["secret"]!;
        fresh.ShouldNotBe(old);
        ((string)rotated["key"]!["replaces"]!).ShouldBe(id);
        foreach (var key in new[] { old, fresh })
            (await secured.AskAsync(HttpMethod.Post, Predict, key, _rows)).Status.ShouldBe(200);
        var before = await Node.GetAsync($"/api/keys/{id}");
        ((string)before["status"]!).ShouldBe("replaced");
        DateTimeOffset.Parse((string)before["expires_at"]!, System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeLessThan(DateTimeOffset.UtcNow.AddSeconds(61));
        (await Node.TryPostAsync($"/api/keys/{id}/rotate", "{}")).Status.ShouldBe(409);

        var again = await Node.PostAsync($"/api/keys/{(string)rotated["key"]!["id"]!}/rotate", new { overlap_seconds = 0 });
        (await secured.AskAsync(HttpMethod.Post, Predict, fresh, _rows)).Status.ShouldBe(401);
        (await secured.AskAsync(HttpMethod.Post, Predict, (string)again["secret"]!, _rows)).Status.ShouldBe(200);
        (await Node.PostAsync($"/api/keys/{(string)again["key"]!["name"]!}/revoke", new { })).AsArray().Count.ShouldBe(2);
        foreach (var key in new[] { old, (string)again["secret"]! })
            (await secured.AskAsync(HttpMethod.Post, Predict, key, _rows)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Last_key_for_everything_is_not_revoked_by_accident()
    {
        var (status, body) = await Node.TryPostAsync("/api/keys/admin/revoke", "{}");
        status.ShouldBe(409);
        ((string)body["detail"]!).ShouldContain("last key");
        (await Node.GetAsync("/api/keys/admin"))["revoked_at"].ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"name": "admin", "allow": ["viewer"]}""", 409)]
    [InlineData("""{"name": "no spaces", "allow": ["viewer"]}""", 400)]
    [InlineData("""{"name": "", "allow": ["viewer"]}""", 400)]
    [InlineData("""{"allow": ["viewer"]}""", 400)]
    [InlineData("""{"name": "x"}""", 400)]
    [InlineData("""{"name": "x", "allow": []}""", 400)]
    [InlineData("""{"name": "x", "allow": ["king"]}""", 400)]
    [InlineData("""{"name": "x", "allow": [null]}""", 400)]
    [InlineData("""{"name": "x", "allow": ["viewer:"]}""", 400)]
    [InlineData("""{"name": "x", "allow": ["viewer:A b"]}""", 400)]
    [InlineData("""{"name": "x", "allow": ["viewer"], "expires_at": "2020-01-01T00:00:00Z"}""", 400)]
    [InlineData("""{"name": "x", "allow": ["viewer"], "role": "admin"}""", 400)]
    public async Task Key_that_cannot_be_is_refused_with_what_would_be_right(string body, int expected)
    {
        var (status, problem) = await Node.TryPostAsync("/api/keys", body);
        status.ShouldBe(expected, problem.ToJsonString());
        ((string)problem["detail"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Key_that_is_not_there_is_not_found()
    {
        (await secured.AskAsync(HttpMethod.Get, "/api/keys/nothing", secured.AdminKey)).Status.ShouldBe(404);
        (await secured.AskAsync(HttpMethod.Delete, "/api/keys/nothing", secured.AdminKey)).Status.ShouldBe(404);
        (await secured.AskAsync(HttpMethod.Post, "/api/keys/nothing/rotate", secured.AdminKey)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Use_of_a_key_is_noted()
    {
        var (secret, id) = await secured.MakeKeyAsync("predictor:echo");
        (await Node.GetAsync($"/api/keys/{id}"))["last_used_at"].ShouldBeNull();
        (await secured.AskAsync(HttpMethod.Post, Predict, secret, _rows)).Status.ShouldBe(200);
        await Node.UntilAsync($"/api/keys/{id}", key => key["last_used_at"] is not null);
    }

    [Fact]
    public async Task Decision_is_by_the_key_whatever_the_client_calls_itself()
    {
        await Node.PostAsync("/api/projects/echo/promotions", new { version = "1.0.0:1", by = "boss@example.com", reason = "once more" });
        var decisions = await Node.GetAsync("/api/projects/echo/decisions");
        var by = decisions.AsArray().Select(decision => (string)decision!["by"]!)
            .First(text => text.Contains("boss", StringComparison.Ordinal));
        by.ShouldBe("key:admin as 'boss@example.com'");
    }

    [Fact]
    public void Key_that_a_connection_repeats_is_known_again_without_an_allocation()
    {
        var callers = Node.Services.GetRequiredService<ICallerSource>();
        var context = new DefaultHttpContext();
        context.Features.Set<IConnectionItemsFeature>(new ConnectionItems());
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Headers.Authorization = $"Bearer {secured.AdminKey}";
        callers.TryFind(context, out var first).ShouldBeTrue();
        first.Caller!.Name.ShouldBe("key:admin");
        var isSame = true;
        for (var i = 0; i < 1_000; i++)
            isSame &= callers.TryFind(context, out var warm) && ReferenceEquals(warm.Caller, first.Caller);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            isSame &= callers.TryFind(context, out var again) && ReferenceEquals(again.Caller, first.Caller);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000);
        isSame.ShouldBeTrue();
    }

    private sealed class ConnectionItems : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }
}
