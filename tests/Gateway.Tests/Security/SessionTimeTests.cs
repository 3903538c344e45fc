using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Gateway.Tests.Security;

/// <summary>How long sessions last, how their cookies are named, and settings that are wrong.</summary>
public sealed class SessionTimeTests : DataFixture
{
    [Fact]
    public async Task Session_ends_after_eight_hours_without_a_request_and_after_a_day_in_any_case()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await Node.StartAsync(
            Data,
            services => services.PostConfigure<CookieAuthenticationOptions>("Session", cookies => cookies.TimeProvider = time),
            ["--Security:Enabled", "true", "--Security:AdminKeyFile", PathOf("admin.key")]);
        var key = (await File.ReadAllTextAsync(PathOf("admin.key"))).Trim();
        using var browser = new Browser(node.Http.BaseAddress!);

        await browser.SignInAsync(key);
        await RequireAsync(7, HttpStatusCode.OK);
        await RequireAsync(7, HttpStatusCode.OK);
        await RequireAsync(8.5, HttpStatusCode.Redirect);

        await browser.SignInAsync(key);
        for (var hours = 5; hours < 24; hours += 5)
            await RequireAsync(5, HttpStatusCode.OK);
        await RequireAsync(5, HttpStatusCode.Redirect);

        async Task RequireAsync(double hours, HttpStatusCode status)
        {
            time.Advance(TimeSpan.FromHours(hours));
            (await browser.GetAsync("/")).Status.ShouldBe(status);
        }
    }

    [Fact]
    public async Task Cookie_over_TLS_is_for_this_host_and_TLS_only()
    {
        using var authority = new TestAuthority();
        var (certificate, file) = authority.Issue(PathOf("node"));
        await using var node = await Node.StartAsync(
            Data, "--urls", "https://127.0.0.1:0", "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", file,
            "--Security:Enabled", "true", "--Security:AdminKeyFile", PathOf("admin.key"));
        using var client = authority.Client();
        client.BaseAddress = node.Http.BaseAddress;
        var token =
            Regex.Match(
                await client.GetStringAsync("/sign-in"),
                "name=\"csrf\" value=\"(?<token>[^\"]+)\"",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent(
            [new("csrf", WebUtility.HtmlDecode(token)), new("key", (await File.ReadAllTextAsync(PathOf("admin.key"))).Trim())]);
        using var answer = await client.PostAsync("/sign-in", form);

        var cookie = answer.Headers.GetValues("Set-Cookie")
            .Single(each => each.StartsWith("__Host-progeny-session=", StringComparison.Ordinal)).ToLowerInvariant();
        cookie.ShouldContain("secure");
        cookie.ShouldContain("path=/;");
        cookie.ShouldNotContain("domain=");
    }

    [Theory]
    [InlineData("Security:Jwt:Audience", "progeny", "Security:Jwt:Authority is ''")]
    [InlineData("Security:Jwt:Authority", "http://login.example.com", "must begin with https://")]
    [InlineData("Security:Jwt:Authority", "https://login.example.com", "Security:Jwt:Audience is empty")]
    [InlineData("Security:OpenIdConnect:Authority", "https://login.example.com", "Security:OpenIdConnect:ClientId is empty")]
    [InlineData("Security:OpenIdConnect:ClientId", "console", "Security:OpenIdConnect:Authority is ''")]
    [InlineData(
        "Security:OpenIdConnect:ClientSecretFile",
        "/nowhere/secret",
        "Security:OpenIdConnect:ClientSecretFile: the file '/nowhere/secret'",
        "Security:OpenIdConnect:Authority",
        "https://login.example.com",
        "Security:OpenIdConnect:ClientId",
        "console")]
    [InlineData(
        "Security:Jwt:Roles:team",
        "developper",
        "Security:Jwt:Roles:team has 'developper'",
        "Security:Jwt:Authority",
        "https://login.example.com",
        "Security:Jwt:Audience",
        "progeny")]
    public async Task Wrong_setting_of_an_issuer_stops_the_node(string key, string value, string problem, params string[] more)
    {
        var settings = more.Select((each, at) => at % 2 == 0 ? $"--{each}" : each);
        var fault = await Should.ThrowAsync<Exception>(
            () => Node.StartAsync(Data, [$"--{key}", value, "--Security:Enabled", "true", .. settings]));
        fault.Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("Security:Jwt:Audience", "progeny")]
    [InlineData("Security:OpenIdConnect:ClientId", "console")]
    [InlineData("Security:Certificates:a:Access", "viewer")]
    public async Task Proofs_that_are_set_where_nobody_is_asked_for_any_stop_the_node(string key, string value)
    {
        var fault = await Should.ThrowAsync<Exception>(() => Node.StartAsync(Data, $"--{key}", value));
        fault.Message.ShouldContain("Security:Enabled");
    }
}
