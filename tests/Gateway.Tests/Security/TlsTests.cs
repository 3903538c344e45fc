using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Hosting;

namespace Progeny.Gateway.Tests.Security;

/// <summary>A node at an address with https.</summary>
public sealed class TlsTests : DataFixture
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Certificate_that_is_replaced_is_shown_to_new_connections_and_one_that_is_broken_is_not()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue(PathOf("node"));
        using var log = new CapturedLog(LogLevel.Information);
        await using var node = await StartAsync(log, "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key);
        X509Certificate2? shown = null;
        using var client = authority.Client(seen => shown = X509CertificateLoader.LoadCertificate(seen.RawData));
        client.BaseAddress = node.Http.BaseAddress;
        client.BaseAddress!.Scheme.ShouldBe("https");
        (await client.GetAsync("/v2/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var first = shown!.Thumbprint;

        await File.WriteAllTextAsync(certificate, "no certificate");
        await UntilAsync(
            () => log.Entries.Any(
                entry =>
                    entry.Message.Contains(certificate, StringComparison.Ordinal)
                        && entry.Message.Contains("stays in use", StringComparison.Ordinal)));
        (await client.GetAsync("/v2/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        shown.Thumbprint.ShouldBe(first);

        authority.Issue(PathOf("node"));
        await UntilAsync(async () =>
        {
            (await client.GetAsync("/v2/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
            return shown.Thumbprint != first;
        });
        log.Entries.Count(entry => entry.Message.Contains("stays in use", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Head_request_that_is_refused_is_answered_without_a_body_over_http_2()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue(PathOf("node"));
        using var log = new CapturedLog(LogLevel.Information);
        await using var node = await StartAsync(log, "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key);
        using var client = authority.Client();
        client.BaseAddress = node.Http.BaseAddress;
        foreach (var (path, status) in ((string Path, HttpStatusCode Status)[])[
            ("/api/projects/none/predict", HttpStatusCode.MethodNotAllowed), ("/nothing", HttpStatusCode.NotFound)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var answer = await client.SendAsync(request);
            (answer.StatusCode, answer.Version).ShouldBe((status, HttpVersion.Version20));
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Certificate_in_a_pfx_file_is_opened_with_the_password_of_a_file_and_warned_of_when_it_expires_soon()
    {
        using var authority = new TestAuthority();
        var pfx = authority.IssuePfx(PathOf("node.pfx"), "a password");
        await File.WriteAllTextAsync(PathOf("password"), "a password\n");
        using var log = new CapturedLog(LogLevel.Warning);
        await using (var node = await StartAsync(log, "--Security:Tls:Certificate", pfx, "--Security:Tls:PasswordFile", PathOf("password")))
        {
            using var client = authority.Client();
            var metrics = await client.GetStringAsync(new Uri(node.Http.BaseAddress!, "/metrics"));
            var seconds = metrics.Split('\n')
                .Single(line => line.StartsWith("progeny_certificate_expires_seconds{", StringComparison.Ordinal)).Split(' ')[^1];
            double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(99 * 86400, 100 * 86400);
            log.Entries.ShouldNotContain(entry => entry.Message.Contains("expires", StringComparison.Ordinal));
        }

        var (certificate, key) = authority.Issue(PathOf("short"), TimeSpan.FromDays(13));
        await using var second = await StartAsync(log, "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key);
        await UntilAsync(() => log.Entries.Any(entry => entry.Message.Contains("Security:Tls expires at", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("node.pem", "other.key", "Security:Tls:Key")]
    [InlineData("none.pem", "node.key", "Security:Tls:Certificate")]
    [InlineData("node.pfx", null, "Security:Tls:Certificate")]
    [InlineData("other.key", null, "Security:Tls:Certificate")]
    public void Files_that_are_no_certificate_with_its_key_are_refused_and_named(string certificate, string? key, string setting)
    {
        using var authority = new TestAuthority();
        authority.Issue(PathOf("node"));
        authority.Issue(PathOf("other"));
        authority.IssuePfx(PathOf("node.pfx"), "a password");

        var problem = Should.Throw<Grains.Common.SettingException>(() => GatewayApp.Build(
            [
                "--urls",
                "https://127.0.0.1:0",
                "--Data",
                Data,
                "--Security:Tls:Certificate",
                PathOf(certificate),
                .. key is null ? [] : new[] { "--Security:Tls:Key", PathOf(key) },
            ]));

        problem.Message.ShouldStartWith(
            $"{setting} is '{PathOf(setting.EndsWith("Key", StringComparison.Ordinal) ? key! : certificate)}', which ");
    }

    [Fact]
    public async Task Answers_tell_browsers_what_they_may_not_do_and_say_nothing_of_the_server()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue(PathOf("node"));
        using var log = new CapturedLog(LogLevel.Warning);
        await using var node = await StartAsync(
            log, "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key, "--Http:AllowedHosts", "ml.example");
        using var client = authority.Client();
        foreach (var (path, host, status) in new[]
        {
            ("/", "ml.example", 200),
            ("/api/about", "ml.example", 200),
            ("/api/nothing", "ml.example", 404),
            ("/api/about", "evil.example", 421),
            ("/metrics", "localhost", 200),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Http.BaseAddress!, path)) { Headers = { Host = host } };
            using var answer = await client.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(status, path);
            answer.Headers.Contains("Server").ShouldBeFalse(path);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
            answer.Headers.Contains("Strict-Transport-Security").ShouldBe(host != "localhost", path);
            if (path == "/")
                answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        }
    }

    private Task<Node> StartAsync(CapturedLog log, params string[] settings) =>
        Node.StartWholeAsync(
            Data,
            ["--urls", "https://127.0.0.1:0", "--Logging:LogLevel:Default", "Information", .. settings],
            services => services.AddSingleton<ILoggerProvider>(log));

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Limit);
        while (!await condition())
            await Task.Delay(50, patience.Token);
    }
}
