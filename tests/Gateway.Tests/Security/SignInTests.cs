using System.Net;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>People who sign in at the console, and others who would like to.</summary>
public sealed class SignInTests : IClassFixture<SignInNode>
{
    private readonly SignInNode _sign;
    private readonly Node _node;

    public SignInTests(SignInNode sign)
    {
        (_sign, _node) = (sign, sign.Node);
        sign.Issuer.Reset();
    }

    [Fact]
    public async Task Browser_that_is_not_signed_in_is_led_to_the_page_for_that_and_back_and_a_program_is_not()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        var first = await browser.GetAsync("/cluster?x=1");
        (first.Status, first.Location?.OriginalString).ShouldBe((HttpStatusCode.Redirect, "/sign-in?return=%2Fcluster%3Fx%3D1"));
        (await browser.GetAsync("/cluster", ("Accept", "application/json"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.GetAsync("/nothing")).Location!.OriginalString.ShouldBe("/sign-in?return=%2Fnothing");

        var page = await browser.GetAsync(first.Location!.OriginalString);
        page.Body.ShouldContain("""name="return" value="/cluster?x=1""");
        var signedIn = await browser.PostAsync(page, "/sign-in", [("key", _sign.Admin), ("return", "/cluster?x=1")]);

        (signedIn.Status, signedIn.Location?.OriginalString).ShouldBe((HttpStatusCode.SeeOther, "/cluster?x=1"));
        var cookie = signedIn.SetCookies.Single(each => each.StartsWith("progeny-session=", StringComparison.Ordinal)).ToLowerInvariant();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        cookie.ShouldContain("path=/;");
        cookie.ShouldNotContain("pgy_");
        var cluster = await browser.GetAsync("/cluster");
        cluster.Status.ShouldBe(HttpStatusCode.OK);
        cluster.Body.ShouldContain("key:admin");
        (await browser.GetAsync("/api/keys", ("Accept", "application/json"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("~/x")]
    [InlineData("cluster")]
    public async Task Way_back_leads_to_this_node_only(string target)
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        (await browser.SignInAsync(_sign.Admin, target)).Location!.OriginalString.ShouldBe("/");
        (await browser.FollowAsync($"/sign-in/openid?return={Uri.EscapeDataString(target)}")).Address.AbsoluteUri.ShouldBe(
            _node.Http.BaseAddress!.AbsoluteUri);
    }

    [Fact]
    public async Task Wrong_key_is_refused_and_begins_no_session()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        foreach (var key in (string[])[
            "",
            "secret",
            "pgy_abcdefgh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            _sign.Admin[..^4] + "AAAA",
        ])
        {
            var answer = await browser.SignInAsync(key);
            answer.Status.ShouldBe(HttpStatusCode.Unauthorized, key);
            answer.Body.ShouldNotContain(_sign.Admin[13..]);
            browser.Session.ShouldBeNull();
        }
    }

    [Fact]
    public async Task Session_ends_with_its_key()
    {
        var key = await _sign.CreateAsync("visitor", "viewer");
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(key.Text);
        (await browser.GetAsync("/")).Body.ShouldContain("key:visitor");

        await _node.Services.GetRequiredService<ApiKeys>().RevokeAsync("visitor", force: false, "the test", CancellationToken.None);

        (await browser.GetAsync("/")).Location!.OriginalString.ShouldBe("/sign-in?return=%2F");
        (await browser.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Copy_of_the_cookie_is_refused_once_its_owner_has_signed_out()
    {
        var key = await _sign.CreateAsync("leaver", "viewer");
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(key.Text);
        using var copy = new Browser(_node.Http.BaseAddress!);
        foreach (System.Net.Cookie cookie in browser.Cookies.GetAllCookies())
            copy.Cookies.Add(new System.Net.Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        using var other = new Browser(_node.Http.BaseAddress!);
        await other.SignInAsync(key.Text);
        (await copy.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.OK);

        await browser.PostAsync(await browser.GetAsync("/"), "/sign-out", []);

        (await copy.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await copy.GetAsync("/")).Location!.OriginalString.ShouldBe("/sign-in?return=%2F");
        (await other.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.OK); // a session of its own, by the same key
    }

    [Fact]
    public async Task Cookie_that_was_changed_or_is_of_another_node_is_none()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(_sign.Admin);
        var value = browser.Session!.Value;
        var middle = value.Length / 2;
        var changed = value[..middle] + (value[middle] == 'x' ? 'y' : 'x') + value[(middle + 1)..];
        foreach (var other in (string[])[value[..^6] + "AAAAAA", changed, "x", "chunks-3"])
        {
            browser.Session!.Value = other;
            (await browser.GetAsync("/api/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized, other);
        }
    }

    [Fact]
    public async Task Session_changes_something_only_by_a_form_of_the_console()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(_sign.Admin);
        var page = await browser.GetAsync("/keys");
        (string, string)[] fields = [("name", "forged"), ("access", "admin")];

        (await browser.PostAsync(null, "/keys", fields)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.PostAsync(page, "/keys", fields, ("Origin", "https://evil.example"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.PostAsync(page, "/keys", fields, ("Origin", "null"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.PostAsync(page, "/keys", fields, ("Origin", "http://127.0.0.1:1"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.PostAsync(page, "/keys", fields, ("Sec-Fetch-Site", "cross-site"))).Status.ShouldBe(HttpStatusCode.Forbidden);

        using var other = new Browser(_node.Http.BaseAddress!);
        await other.SignInAsync(_sign.Admin);
        // a token of somebody else's browser
        (await browser.PostAsync(await other.GetAsync("/keys"), "/keys", fields)).Status.ShouldBe(HttpStatusCode.Forbidden);

        (await _node.Services.GetRequiredService<ApiKeys>().FindAsync("forged", CancellationToken.None)).ShouldBeNull();
        (await browser.PostAsync(page, "/keys", [("name", "mine"), ("access", "viewer")])).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_of_a_page_of_another_origin_is_not_the_sessions()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(_sign.Admin);
        (await browser.GetAsync("/api/projects", ("Sec-Fetch-Site", "same-site"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await browser.GetAsync("/api/projects", ("Sec-Fetch-Site", "same-origin"))).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync(
            "/", ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"))).Status.ShouldBe(
                HttpStatusCode.OK);
    }

    [Fact]
    public async Task Form_of_another_origin_neither_signs_in_nor_out()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        (await browser.PostAsync(null, "/sign-in", [("key", _sign.Admin), ("return", "/")])).Status.ShouldBe(HttpStatusCode.Forbidden);
        browser.Session.ShouldBeNull();

        await browser.SignInAsync(_sign.Admin);
        await browser.PostAsync(null, "/sign-out", []);
        browser.Session.ShouldNotBeNull();
        await browser.PostAsync(await browser.GetAsync("/"), "/sign-out", []);
        browser.Session.ShouldBeNull();
        (await browser.GetAsync("/")).Status.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Person_of_the_issuer_signs_in_with_the_roles_of_their_groups()
    {
        _sign.Issuer.Claims.Clear();
        _sign.Issuer.Claims.AddRange([new Claim("roles", "ml-team"), new Claim("roles", "admins")]);
        using var browser = new Browser(_node.Http.BaseAddress!);

        var home = await browser.FollowAsync("/sign-in/openid?return=%2Fabout");

        (home.Status, home.Address.AbsolutePath).ShouldBe((HttpStatusCode.OK, "/about"));
        home.Body.ShouldContain("user:ada");
        (await browser.GetAsync("/api/projects/flights/offline")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await browser.GetAsync("/keys")).Status.ShouldBe(HttpStatusCode.Forbidden);
        home.Body.ShouldNotContain("/keys");
    }

    [Fact]
    public async Task Person_of_the_issuer_without_a_role_gets_no_session()
    {
        _sign.Issuer.Claims.Clear();
        using var browser = new Browser(_node.Http.BaseAddress!);
        var answer = await browser.FollowAsync("/sign-in/openid");
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Body.ShouldContain("user:ada has no role here");
        browser.Session.ShouldBeNull();
    }

    [Fact]
    public async Task Way_back_from_the_issuer_that_this_browser_did_not_begin_begins_no_session()
    {
        using var mallory = new Browser(_node.Http.BaseAddress!);
        var asked = await mallory.GetAsync("/sign-in/openid");
        asked.Location!.Query.ShouldContain("code_challenge_method=S256");
        var back = (await mallory.GetAsync(asked.Location.AbsoluteUri)).Location!; // with a code of the attacker's own

        using var victim = new Browser(_node.Http.BaseAddress!);
        (await victim.GetAsync(back.AbsoluteUri)).Status.ShouldBe(HttpStatusCode.Forbidden);
        victim.Session.ShouldBeNull();
        (await victim.GetAsync("/sign-in/openid/callback?code=x&state=y")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await victim.GetAsync("/sign-in/openid/callback?error=access_denied")).Status.ShouldBe(HttpStatusCode.Forbidden);

        (await mallory.FollowAsync(back.AbsoluteUri)).Status.ShouldBe(HttpStatusCode.OK);
        (await mallory.GetAsync(back.AbsoluteUri)).Status.ShouldBe(HttpStatusCode.Forbidden); // a second time
    }

    [Fact]
    public async Task Keys_are_made_rotated_and_revoked_on_their_page()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(_sign.Admin);
        var made = await browser.PostAsync(
            await browser.GetAsync("/keys"), "/keys", [("name", "paged"), ("access", "developer:flights, data"), ("days", "30")]);
        made.Status.ShouldBe(HttpStatusCode.OK);
        var key = await _node.Services.GetRequiredService<ApiKeys>().FindAsync("paged", CancellationToken.None);
        made.Body.ShouldContain($"<pre>pgy_{key!.Id}_");
        (key.CreatedBy, key.Access.Length).ShouldBe(("key:admin", 2));
        (await browser.GetAsync("/keys")).Body.ShouldNotContain($"pgy_{key.Id}_");

        (await browser.PostAsync(made, "/keys", [("name", "paged"), ("access", "viewer")])).Status.ShouldBe(HttpStatusCode.Conflict);
        (await browser.PostAsync(made, "/keys", [("name", "<b>"), ("access", "viewer")])).Status.ShouldBe(HttpStatusCode.BadRequest);
        var wrong = await browser.PostAsync(made, "/keys", [("name", "other"), ("access", "<b>root</b>")]);
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        wrong.Body.ShouldContain("&lt;b&gt;root&lt;/b&gt;");
        (await browser.PostAsync(made, "/keys", [("name", "other"), ("access", "viewer"), ("days", "9999999999")])).Status.ShouldBe(
            HttpStatusCode.BadRequest);

        (await browser.PostAsync(made, $"/keys/{key.Id}/rotate", [("hours", "1")])).Body.ShouldContain("<pre>pgy_");
        (await browser.PostAsync(made, $"/keys/{key.Id}/revoke", [])).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/keys")).Body.ShouldContain("revoked");
        (await browser.PostAsync(made, "/keys/none0000/revoke", [])).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Keys_of_sessions_are_encrypted_where_they_are_stored()
    {
        using var browser = new Browser(_node.Http.BaseAddress!);
        await browser.SignInAsync(_sign.Admin);
        var files = Directory.GetFiles(Path.Combine(_sign.Data, "session-keys"), "*.xml");
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            var xml = await File.ReadAllTextAsync(file);
            xml.ShouldContain("encryptedByPepper");
            xml.ShouldNotContain("masterKey");
        }
    }

    [Fact]
    public async Task Node_on_which_nobody_has_to_prove_who_they_are_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        await using (var open = await Node.StartAsync(folder))
        {
            using var browser = new Browser(open.Http.BaseAddress!);
            (await browser.GetAsync("/sign-in")).Body.ShouldContain("asks nobody who they are");
            (await browser.PostAsync(null, "/sign-in", [("key", "x")])).Status.ShouldBe(HttpStatusCode.Conflict);
            var home = await browser.GetAsync("/");
            home.Status.ShouldBe(HttpStatusCode.OK);
            home.SetCookies.ShouldBeEmpty();
            home.Body.ShouldNotContain("sign-out");
            (await browser.GetAsync("/sign-in/openid")).Status.ShouldBe(HttpStatusCode.NotFound);
            (await browser.GetAsync("/keys")).Status.ShouldBe(HttpStatusCode.Conflict);
            Directory.Exists(Path.Combine(folder, "session-keys")).ShouldBeFalse();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
