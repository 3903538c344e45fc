using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Progeny.Silo.Security;

/// <summary>A token (JWT) of an issuer, sent as <c>Authorization: Bearer TOKEN</c>.</summary>
internal sealed partial class JwtProof(TokenIssuer issuer, ClaimAccess access, ILogger<JwtProof> logger) : ICallerProof
{
    private const string Prefix = "Bearer ";

    /// <summary>A token has three parts with points between, which a key has not.</summary>
    public bool IsGiven(HttpContext context) => FindToken(context) is { } token && token.AsSpan().Count('.') == 2;

    public bool TryCheck(HttpContext context, out CallerFinding finding)
    {
        finding = default;
        return false;
    }

    public async ValueTask<CallerFinding> CheckAsync(HttpContext context)
    {
        var token = FindToken(context)!;
        try
        {
            var result = await issuer.CheckAsync(token, context.RequestAborted);
            return result.IsValid
                ? access.Find([.. result.ClaimsIdentity.Claims])
                : new CallerFinding(null, Describe(result.Exception, token));
        }
        catch (InvalidOperationException exception)
        {
            LogUnreachable(exception.GetBaseException().Message);
            return new CallerFinding(
                null, "The issuer of tokens cannot be asked for its keys; the node's log says why. Keys of this node are answered.")
            {
                IsUnavailable = true,
            };
        }
    }

    private static string? FindToken(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } value] && value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? value[Prefix.Length..].Trim()
            : null;

    private static string Describe(Exception exception, string token) => exception switch
    {
        SecurityTokenExpiredException expired => $"The token has expired, at {expired.Expires:yyyy-MM-dd'T'HH:mm:ss'Z'}.",
        SecurityTokenNotYetValidException early => $"The token is valid from {early.NotBefore:yyyy-MM-dd'T'HH:mm:ss'Z'} on only.",
        SecurityTokenNoExpirationException => "The token does not say when it expires.",
        SecurityTokenInvalidLifetimeException => "The times of the token contradict each other.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer than the one that this node accepts (Security:Jwt:Issuer).",
        SecurityTokenInvalidAudienceException => "The token is for another audience than this node (Security:Jwt:Audience).",
        SecurityTokenSignatureKeyNotFoundException => "The token is signed by a key that is not the issuer's.",
        SecurityTokenInvalidSignatureException =>
            new JsonWebToken(token).Alg is var algorithm && !TokenAlgorithms.Allowed.Contains(algorithm)
            ? $"The token is not signed, or by an algorithm that is not allowed; {string.Join(", ", TokenAlgorithms.Allowed)} are."
            : "The signature of the token is wrong.",
        _ => "The token is no JWT that can be read.",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The issuer of tokens cannot be asked for its keys: {Problem}")]
    private partial void LogUnreachable(string problem);
}
