using System.Diagnostics;
using System.Net;
using Progeny.Gateway.Tests.Security;
using Xunit.Abstractions;

namespace Progeny.Cluster.Tests;

/// <summary>Sessions of the console on several nodes.</summary>
[Collection(ClusterCollection.Name)]
public sealed class SessionTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan _revocationAllowed = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Session_that_one_node_began_is_good_on_all_and_ends_with_its_key_within_two_seconds()
    {
        var cluster = await fixture.CreateAsync("sessions");
        var (pepper, admin) = (cluster.PathOf("pepper"), cluster.PathOf("admin.key"));
        await File.WriteAllTextAsync(pepper, new string('p', 64));
        string[] settings = [
            "--Security:Enabled",
            "true",
            "--Security:PepperFile",
            pepper,
            "--Security:AdminKeyFile",
            admin,
            "--Security:AllowInsecure",
            "true",
        ];
        var (first, second) = (cluster.Add("first", settings), cluster.Add("second", settings));
        await first.StartAsync();
        await second.StartAsync();
        await Task.WhenAll(first.UntilReadyAsync(), second.UntilReadyAsync());
        var key = (await File.ReadAllTextAsync(admin)).Trim();
        first.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var made = await first.PostAsync("/api/keys", new { name = "person", allow = new[] { "admin" } });

        // its cookies are for the address without the port, like behind a balancer
        using var browser = new Browser(first.Http.BaseAddress!);
        var signedIn = await browser.SignInAsync((string)made["secret"]!);
        signedIn.Status.ShouldBe(HttpStatusCode.SeeOther, signedIn.Body);
        var page = new Uri(second.Http.BaseAddress!, "/keys").AbsoluteUri;
        var keys = await browser.GetAsync(page);
        (keys.Status, keys.Body.Contains("key:person", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.OK, true));
        var form = await browser.PostAsync(
            keys, page, [("name", "made"), ("access", "viewer")], ("Origin", second.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        form.Status.ShouldBe(HttpStatusCode.OK, form.Body); // the token of a form is good on all nodes as well
        (await ClusterFixture.CountAsync(
            cluster.Database, "SELECT count(*) FROM session_keys WHERE xml LIKE '%encryptedByPepper%'")).ShouldBeGreaterThan(0);
        (await ClusterFixture.CountAsync(cluster.Database, "SELECT count(*) FROM session_keys WHERE xml LIKE '%masterKey%'")).ShouldBe(0);

        using var leaver = new Browser(first.Http.BaseAddress!);
        await leaver.SignInAsync((string)made["secret"]!);
        using var copy = new Browser(first.Http.BaseAddress!);
        copy.Cookies.Add(leaver.Cookies.GetAllCookies());
        (await copy.GetAsync(page)).Status.ShouldBe(HttpStatusCode.OK);
        await leaver.PostAsync(await leaver.GetAsync("/keys"), "/sign-out", []);
        await RequireRefusedAsync(copy, "a session that was signed out of on the first");
        (await browser.GetAsync(page)).Status.ShouldBe(HttpStatusCode.OK);

        await first.PostAsync("/api/keys/person/revoke", new { });
        await RequireRefusedAsync(browser, "the session of a revoked key");
        (await first.TerminateAsync()).ShouldBe(0, first.Output);
        (await second.TerminateAsync()).ShouldBe(0, second.Output);

        async Task RequireRefusedAsync(Browser asking, string what)
        {
            var since = Stopwatch.GetTimestamp();
            while ((await asking.GetAsync(page)).Status == HttpStatusCode.OK)
                Stopwatch.GetElapsedTime(since).ShouldBeLessThan(_revocationAllowed + _revocationAllowed);
            var took = Stopwatch.GetElapsedTime(since);
            output.WriteLine($"the other node refused {what} after {took.TotalMilliseconds:0} ms");
            took.ShouldBeLessThan(_revocationAllowed);
        }
    }
}
