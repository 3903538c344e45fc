using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Durability;
using Progeny.Grains.Common;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Programs that prove who they are by a certificate.</summary>
public sealed class ClientCertificateTests : DataFixture
{
    private readonly TestAuthority _servers = new();

    [Fact]
    public async Task Certificates_prove_who_their_owners_are_and_others_are_refused()
    {
        var (certificate, key) = _servers.Issue(PathOf("node"));
        using var clients = new ClientAuthority("Clients");
        using var foreign = new ClientAuthority("Clients");
        using var scorer = clients.Issue("CN=scorer, O=Example");
        using var pinned = foreign.Issue("CN=anything");
        await File.WriteAllTextAsync(PathOf("clients.pem"), clients.Pem);
        await using var node = await StartAsync(
            "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key, "--Security:ClientCertificateAuthority", PathOf(
                "clients.pem"),
            "--Security:Certificates:scorer:Subject", "CN=scorer,O=Example", "--Security:Certificates:scorer:Access", "predictor:flights",
            "--Security:Certificates:lab:Thumbprint", pinned.GetCertHashString(
                HashAlgorithmName.SHA256), "--Security:Certificates:lab:Access", "viewer, data:flights");

        (await AskAsync(node, scorer, "/api/projects/ships")).Status.ShouldBe(HttpStatusCode.NotFound);
        var (status, detail) = await AskAsync(node, scorer, "/metrics");
        status.ShouldBe(HttpStatusCode.Forbidden);
        detail.ShouldContain("'cert:scorer' may not do this");
        (await AskAsync(node, pinned, "/metrics")).Detail.ShouldContain("'cert:lab' may not do this");
        (await AskAsync(node, pinned, "/api/projects")).Status.ShouldBe(HttpStatusCode.OK);

        using var other = clients.Issue("CN=other, O=Example");
        await RefusedAsync(node, other, "does not know the client certificate");
        using var copied = foreign.Issue("CN=scorer, O=Example");
        await RefusedAsync(node, copied, "not one of the authority");
        using var expired = clients.Issue("CN=scorer, O=Example", until: DateTimeOffset.UtcNow.AddMinutes(-1));
        await RefusedAsync(node, expired, "is valid from");
        using var server = clients.Issue("CN=scorer, O=Example", usage: "1.3.6.1.5.5.7.3.1");
        await RefusedAsync(node, server, "not one of the authority");
        using var self = ClientAuthority.SelfSigned("CN=scorer, O=Example");
        await RefusedAsync(node, self, "not one of the authority");

        (await AskAsync(node, null, "/api/projects")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(node, null, "/v2/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(node, pinned, "/api/projects", ("Sec-Fetch-Site", "same-origin"))).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(
            node, pinned, "/api/projects", ("Authorization", "Bearer pgy_abcdefgh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))).Status
            .ShouldBe(HttpStatusCode.Unauthorized); // what a request says itself goes before
    }

    [Fact]
    public async Task Page_of_another_origin_does_not_use_the_certificate_of_the_browser()
    {
        var (certificate, key) = _servers.Issue(PathOf("node"));
        using var pinned = ClientAuthority.SelfSigned("CN=lab");
        await using var node = await StartAsync(
            "--Security:Tls:Certificate", certificate, "--Security:Tls:Key", key, "--Http:CorsOrigins", "*",
            "--Security:Certificates:lab:Thumbprint", pinned.GetCertHashString(
                HashAlgorithmName.SHA256), "--Security:Certificates:lab:Access", "admin");

        (await AskAsync(node, pinned, "/api/projects")).Status.ShouldBe(HttpStatusCode.OK);
        var (status, detail) = await AskAsync(node, pinned, "/api/projects", ("Origin", "https://evil.example"));
        status.ShouldBe(HttpStatusCode.Forbidden);
        detail.ShouldContain("other origins");
    }

    [Theory]
    [InlineData("Security:Certificates:a:Access", "viewer", "must have either a Thumbprint")]
    [InlineData("Security:Certificates:a:Subject", "CN=a", "Access is empty")]
    [InlineData("Security:Certificates:a:Thumbprint", "abcd", "Security:Certificates:a:Thumbprint is 'abcd'", "viewer")]
    [InlineData("Security:Certificates:a:Subject", "scorer", "must be a distinguished name", "viewer")]
    [InlineData("Security:Certificates:a:Subject", "CN=a", "Security:ClientCertificateAuthority is empty", "viewer")]
    [InlineData("Security:Certificates:a:Subject", "CN=a", "has 'viewr'", "viewr")]
    public async Task Wrong_setting_stops_the_node(string key, string value, string problem, string? access = null)
    {
        string[] settings = access is null ? [] : ["--Security:Certificates:a:Access", access];
        var fault = await Should.ThrowAsync<SettingException>(() => StartAsync([$"--{key}", value, .. settings]));
        fault.Message.ShouldContain(problem);
    }

    private Task<Node> StartAsync(params string[] settings) => Node.StartAsync(
        Data,
        [
            "--Security:Enabled",
            "true",
            "--Security:AdminKeyFile",
            PathOf("admin.key"),
            .. settings.Contains("--Security:Tls:Key") ? ["--urls", "https://127.0.0.1:0"] : Array.Empty<string>(),
            .. settings,
        ]);

    private async Task RefusedAsync(Node node, X509Certificate2 certificate, string why)
    {
        var (status, detail) = await AskAsync(node, certificate, "/api/projects");
        status.ShouldBe(HttpStatusCode.Unauthorized, detail);
        detail.ShouldContain(why);
    }

    private async Task<(HttpStatusCode Status, string Detail)> AskAsync(
        Node node, X509Certificate2? certificate, string path, params (string Name, string Value)[] headers)
    {
        using var http = _servers.Client(own: certificate);
        http.BaseAddress = node.Http.BaseAddress;
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? ""
            : (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!);
    }
}
