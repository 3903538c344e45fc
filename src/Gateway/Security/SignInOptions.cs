using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>
/// The issuer by which people sign in at the console (OpenID Connect); the section <c>Security:OpenIdConnect</c> (docs/sign-in.md).
/// </summary>
public sealed class SignInOptions : ClaimOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Security:OpenIdConnect";

    /// <summary>The address of the issuer, below which <c>.well-known/openid-configuration</c> describes it.</summary>
    public string? Authority { get; set; }

    /// <summary>The name by which the issuer knows the console.</summary>
    public string? ClientId { get; set; }

    /// <summary>The secret that the issuer gave the console; null: none.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What is asked for, separated by spaces; <c>openid</c> in any case.</summary>
    public string Scopes { get; set; } = "openid profile";

    /// <summary>Whether <see cref="Authority"/> must be asked by TLS.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;
}
