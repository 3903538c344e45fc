using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Progeny.Silo.Security;

namespace Progeny.Fuzz;

/// <summary>
/// Bearer tokens (JWT). An input of one line is a token as it comes. Of two lines, header and payload, a token is made with the issuer's
/// signature, whatever they say: without it no input would get past the check of the signature.
/// </summary>
internal static class TokenTarget
{
    private const string Issuer = "https://issuer.example";
    private const string Audience = "progeny";

    private static readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly JwtProof _proof = Make();

    public static async Task ReadAsync(byte[] input)
    {
        var lines = Encoding.Latin1.GetString(input).Split('\n');
        var isSigned = lines.Length == 2;
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = $"Bearer {(isSigned ? Sign(lines[0], lines[1]) : lines[0])}";
        if (!_proof.IsGiven(context))
            return;
        var found = await _proof.CheckAsync(context);
        if ((found.Caller is null) == (found.Problem is null))
            throw new InvalidOperationException("Neither a caller nor a problem, or both.");
        if (found.Caller is { } caller && (!isSigned || !caller.Name.StartsWith("user:", StringComparison.Ordinal)))
            throw new InvalidOperationException($"A token that the issuer did not sign was accepted, as {caller.Name}.");
    }

    private static string Sign(string header, string payload)
    {
        var text = $"{Encode(header)}.{Encode(payload)}";
        return $"{text}.{Base64UrlEncoder.Encode(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(string json) => Base64UrlEncoder.Encode(Encoding.Latin1.GetBytes(json));

    private static JwtProof Make()
    {
        var configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
        configuration.SigningKeys.Add(new ECDsaSecurityKey(_key) { KeyId = "k" });
        var options = new JwtOptions { Audience = Audience };
        options.Roles["ml-team"] = "developer:flights";
        return new JwtProof(
            new TokenIssuer(options, new StaticConfigurationManager<OpenIdConnectConfiguration>(configuration)),
            new ClaimAccess(JwtOptions.Section, options),
            NullLogger<JwtProof>.Instance);
    }
}
