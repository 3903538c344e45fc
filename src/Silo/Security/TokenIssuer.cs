using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>An issuer of tokens: its keys, which are fetched anew when they change, and the check of a token against them.</summary>
internal sealed class TokenIssuer : IDisposable
{
    private static readonly TimeSpan _clockSkew = TimeSpan.FromSeconds(30);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly JwtOptions _options;
    private readonly IConfigurationManager<OpenIdConnectConfiguration> _configuration;
    private readonly HttpClient? _http;

    /// <param name="options">The settings.</param>
    /// <param name="configuration">Gives the issuer's name and keys.</param>
    public TokenIssuer(JwtOptions options, IConfigurationManager<OpenIdConnectConfiguration> configuration) =>
        (_options, _configuration) = (options, configuration);

    /// <summary>An issuer whose name and keys are fetched from its address.</summary>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public TokenIssuer(JwtOptions options)
    {
        _options = options;
        var authority = IssuerAddress.Read(JwtOptions.Section, options.Authority, options.RequireHttpsMetadata);
        if (string.IsNullOrWhiteSpace(options.Audience))
            throw new SettingException(
                $"{JwtOptions.Section}:{nameof(options.Audience)} is empty; it must be the name by which the issuer knows this service: "
                    + "tokens for others are refused.");
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = 1 << 20,
        };
        _configuration = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_http) { RequireHttps = options.RequireHttpsMetadata })
        {
            // Keys that the issuer changes are fetched at most a second later; tokens of unknown keys cause no more requests than that.
            RefreshInterval = TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Checks a token.</summary>
    /// <exception cref="InvalidOperationException">The issuer's keys cannot be had.</exception>
    public async Task<TokenValidationResult> CheckAsync(string token, CancellationToken cancellationToken)
    {
        var configuration = await _configuration.GetConfigurationAsync(cancellationToken);
        var result = await _handler.ValidateTokenAsync(token, Parameters(configuration));
        if (result.Exception is not SecurityTokenSignatureKeyNotFoundException)
            return result;
        _configuration.RequestRefresh();
        var newer = await _configuration.GetConfigurationAsync(cancellationToken);
        return ReferenceEquals(newer, configuration) ? result : await _handler.ValidateTokenAsync(token, Parameters(newer));
    }

    public void Dispose() => _http?.Dispose();

    private TokenValidationParameters Parameters(OpenIdConnectConfiguration configuration) => new()
    {
        ValidIssuer = string.IsNullOrEmpty(_options.Issuer) ? configuration.Issuer : _options.Issuer,
        ValidAudience = _options.Audience,
        IssuerSigningKeys = configuration.SigningKeys,
        ValidAlgorithms = TokenAlgorithms.Allowed,
        TryAllIssuerSigningKeys = false,
        ClockSkew = _clockSkew,
    };
}
