using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Programs that prove who they are by the tokens of an issuer.</summary>
public sealed class JwtTests : IClassFixture<IssuedNode>
{
    private readonly Issuer _issuer;
    private readonly Node _node;

    public JwtTests(IssuedNode issued)
    {
        (_issuer, _node) = (issued.Issuer, issued.Node);
        _issuer.Reset();
    }

    [Fact]
    public async Task Token_of_the_issuer_is_answered_with_what_its_claims_allow()
    {
        var token = await _issuer.TokenAsync();

        (await AskAsync(token, "/api/projects")).Status.ShouldBe(HttpStatusCode.OK);
        var (status, detail) = await AskAsync(token, "/metrics");
        status.ShouldBe(HttpStatusCode.Forbidden);
        detail.ShouldContain("'user:trainer' may not do this");
    }

    [Fact]
    public async Task Roles_of_the_issuers_own_stand_for_what_the_setting_says_and_others_for_nothing()
    {
        _issuer.Claims.Clear();
        _issuer.Claims.AddRange([new Claim("roles", "data-team"), new Claim("roles", "admin")]);
        var token = await _issuer.TokenAsync();

        (await AskAsync(token, "/api/projects/flights/offline")).Status.ShouldBe(HttpStatusCode.NotFound); // there is none, but it may look
        (await AskAsync(token, "/metrics")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Token_without_any_access_sees_nothing_of_a_project()
    {
        _issuer.Claims.Clear();
        var (status, detail) = await AskAsync(await _issuer.TokenAsync(), "/api/projects/flights");
        status.ShouldBe(HttpStatusCode.NotFound);
        detail.ShouldContain("no project 'flights'");
    }

    [Fact]
    public async Task Claim_that_is_no_role_is_refused_and_not_passed_over()
    {
        _issuer.Claims.Add(new Claim("progeny", "developper:flights"));
        var (status, detail) = await AskAsync(await _issuer.TokenAsync(), "/api/projects");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        detail.ShouldContain("'developper' is no role and no grant");
    }

    [Fact]
    public async Task Token_for_another_audience_is_refused()
    {
        _issuer.TokenAudience = "payroll";
        await RefusedAsync(await _issuer.TokenAsync(), "audience");
    }

    [Fact]
    public async Task Token_of_another_issuer_is_refused()
    {
        await using var foreign = await Issuer.StartAsync();
        await RefusedAsync(await foreign.TokenAsync(), "another issuer");
        await RefusedAsync(_issuer.Forge(_issuer.Key, token => token.Issuer = foreign.Address), "another issuer");
    }

    [Fact]
    public async Task Token_out_of_its_time_is_refused()
    {
        await RefusedAsync(_issuer.Forge(_issuer.Key, token => token.Expires = DateTime.UtcNow.AddMinutes(-2)), "has expired");
        await RefusedAsync(_issuer.Forge(_issuer.Key, token => token.NotBefore = DateTime.UtcNow.AddMinutes(2)), "valid from");
        await RefusedAsync(_issuer.Forge(_issuer.Key, token => token.Expires = null), "does not say when it expires");
    }

    [Fact]
    public async Task Token_by_an_algorithm_without_a_key_of_the_issuer_is_refused()
    {
        await RefusedAsync(_issuer.Forge(key: null), "not signed");

        // The issuer's public key, which everybody knows, taken for a secret.
        var rsa = ((RsaSecurityKey)_issuer.Key.Key).Rsa;
        foreach (var known in (byte[][])[
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()),
            rsa.ExportSubjectPublicKeyInfo(),
            rsa.ExportRSAPublicKey(),
        ])
        {
            var secret = new SymmetricSecurityKey(known) { KeyId = _issuer.Key.Key.KeyId };
            await RefusedAsync(_issuer.Forge(new SigningCredentials(secret, SecurityAlgorithms.HmacSha256)), "algorithm");
        }
    }

    [Fact]
    public async Task Token_signed_by_a_key_of_somebody_else_under_the_issuers_key_id_is_refused()
    {
        using var rsa = RSA.Create(2048);
        var key = new RsaSecurityKey(rsa) { KeyId = _issuer.Key.Key.KeyId };
        await RefusedAsync(_issuer.Forge(new SigningCredentials(key, SecurityAlgorithms.RsaSha256)), "signature of the token is wrong");
    }

    [Fact]
    public async Task Token_that_was_changed_is_refused()
    {
        var parts = (await _issuer.TokenAsync()).Split('.');
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!;
        claims["progeny"] = "admin";
        await RefusedAsync($"{parts[0]}.{Base64UrlEncoder.Encode(claims.ToJsonString())}.{parts[2]}", "signature of the token is wrong");
        await RefusedAsync($"{parts[0]}.{parts[1]}.", "signature of the token is wrong");
        await RefusedAsync("a.b.c", "no JWT");
        await RefusedAsync($"{new string('x', 10_000)}.{new string('y', 10_000)}.z", "no JWT");
    }

    [Fact]
    public async Task Keys_that_the_issuer_changes_are_taken_over_and_the_ones_before_are_not_believed_any_more()
    {
        var before = await _issuer.TokenAsync();
        (await AskAsync(before, "/api/projects")).Status.ShouldBe(HttpStatusCode.OK);
        var withdrawn = _issuer.Key;

        _issuer.Rotate();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var token = await _issuer.TokenAsync();
        while ((await AskAsync(token, "/api/projects")).Status != HttpStatusCode.OK)
            await Task.Delay(50, patience.Token);
        await RefusedAsync(_issuer.Forge(withdrawn), "key that is not the issuer's");
    }

    [Fact]
    public async Task Token_while_the_issuer_cannot_be_asked_is_answered_for_now()
    {
        var issued = new IssuedNode();
        await issued.InitializeAsync();
        try
        {
            var token = await issued.Issuer.TokenAsync();
            await issued.Issuer.DisposeAsync();

            var (status, detail) = await AskAsync(token, "/api/projects", issued.Node);

            status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            detail.ShouldContain("issuer");
        }
        finally
        {
            await issued.DisposeAsync();
        }
    }

    private async Task RefusedAsync(string token, string why)
    {
        var (status, detail) = await AskAsync(token, "/api/projects");
        status.ShouldBe(HttpStatusCode.Unauthorized, detail);
        detail.ShouldContain(why);
    }

    private async Task<(HttpStatusCode Status, string Detail)> AskAsync(string token, string path, Node? node = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await (node ?? _node).Http.SendAsync(request);
        return (response.StatusCode, response.IsSuccessStatusCode
            ? ""
            : (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!);
    }
}
