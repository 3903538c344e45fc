using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Progeny.Gateway.Tests.Security;

/// <summary>An issuer of tokens as companies have one: OpenIddict, on a free port of loopback, without a database.</summary>
public sealed class Issuer : IAsyncDisposable
{
    public const string Audience = "progeny";
    public const string Client = "progeny-console";
    public const string Secret = "the console's secret";

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private Issuer(WebApplication app)
    {
        _app = app;
        Address = app.Urls.First() + "/";
        _http = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public string Address { get; }

    /// <summary>The settings of a node that believes its tokens.</summary>
    public string[] JwtSettings =>
        [
            "--Security:Enabled",
            "true",
            "--Security:Jwt:Authority",
            Address,
            "--Security:Jwt:Audience",
            Audience,
            "--Security:Jwt:RequireHttpsMetadata",
            "false",
        ];

    /// <summary>The claims of whom it signs in next, beside the name.</summary>
    public List<Claim> Claims { get; } = [new("progeny", "viewer:*")];

    /// <summary>Whom it signs in next.</summary>
    public string User { get; set; } = "ada";

    /// <summary>For whom its tokens are.</summary>
    public string TokenAudience { get; set; } = Audience;

    /// <summary>For how long its tokens are.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The key that signs.</summary>
    public SigningCredentials Key => Options.SigningCredentials[0];

    private OpenIddictServerOptions Options => _app.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;

    public static async Task<Issuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        Issuer issuer = null!;
        builder.Services.AddOpenIddict().AddServer(options =>
        {
            options.EnableDegradedMode().SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token")
                .AllowClientCredentialsFlow().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().DisableAccessTokenEncryption()
                .AddEphemeralEncryptionKey().AddSigningKey(NewKey()).RegisterScopes("openid", "profile").UseAspNetCore()
                .DisableTransportSecurityRequirement();
            options.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != Client
                    || context.RedirectUri?.EndsWith("/sign-in/openid/callback", StringComparison.Ordinal) != true)
                    context.Reject("invalid_client");
                return default;
            }));
            options.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId is null || (context.Request.IsAuthorizationCodeGrantType() && context.ClientSecret != Secret))
                    context.Reject("invalid_client");
                return default;
            }));
            options.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                context.SignIn(issuer.Principal(issuer.User, context.Request.GetScopes()));
                return default;
            }));
            options.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                context.SignIn(
                    context.Request.IsClientCredentialsGrantType() ? issuer.Principal(context.ClientId!, []) : context.Principal!);
                return default;
            }));
        });
        var app = builder.Build();
        app.UseAuthentication();
        await app.StartAsync();
        return issuer = new Issuer(app);
    }

    /// <summary>A token for a program, by its own credentials.</summary>
    public async Task<string> TokenAsync(string client = "trainer")
    {
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", client), new("client_secret", "any")]);
        using var response = await _http.PostAsync("connect/token", form);
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        return (string?)answer["access_token"] ?? throw new InvalidOperationException(answer.ToJsonString());
    }

    /// <summary>A token as an attacker, or a careless issuer, writes it.</summary>
    /// <param name="change">Changes it before it is signed.</param>
    /// <param name="key">By what it is signed.</param>
    public string Forge(SigningCredentials? key, Action<SecurityTokenDescriptor>? change = null)
    {
        var token = new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = Audience,
            Expires = DateTime.UtcNow.AddMinutes(5),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "mallory", ["progeny"] = "admin" },
            SigningCredentials = key,
        };
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    /// <summary>Signs in as at first.</summary>
    public void Reset()
    {
        Claims.Clear();
        Claims.Add(new Claim("progeny", "viewer:*"));
        (User, TokenAudience, Lifetime) = ("ada", Audience, TimeSpan.FromMinutes(10));
    }

    /// <summary>Signs by another key from now on, and does not publish the one before any more.</summary>
    public void Rotate() => Options.SigningCredentials[0] = new SigningCredentials(NewKey(), SecurityAlgorithms.RsaSha256);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    private ClaimsPrincipal Principal(string name, ImmutableArray<string> scopes)
    {
        var identity = new ClaimsIdentity("issuer");
        identity.AddClaim(new Claim("sub", name));
        identity.AddClaims(Claims);
        var principal = new ClaimsPrincipal(identity);
        principal.SetDestinations(_ => [OpenIddictConstants.Destinations.AccessToken, OpenIddictConstants.Destinations.IdentityToken]);
        principal.SetScopes(scopes);
        principal.SetResources(TokenAudience);
        principal.SetAccessTokenLifetime(Lifetime);
        return principal;
    }
}
