namespace Progeny.Silo.Security;

/// <summary>The algorithms by which a token may be signed.</summary>
public static class TokenAlgorithms
{
    /// <summary>
    /// Those with a key pair only: with them nobody who knows an issuer's public keys can sign, and a token without a signature is none.
    /// </summary>
    public static IReadOnlyList<string> Allowed { get; } = [
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
    ];
}
