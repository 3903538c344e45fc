namespace Progeny.Silo.Security;

/// <summary>The issuer whose tokens (JWT) prove who a program is; the section <c>Security:Jwt</c> (docs/sign-in.md).</summary>
public sealed class JwtOptions : ClaimOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Security:Jwt";

    /// <summary>The address of the issuer, below which <c>.well-known/openid-configuration</c> names its keys.</summary>
    public string? Authority { get; set; }

    /// <summary>The issuer that a token must name; null: the one that the configuration at <see cref="Authority"/> names.</summary>
    public string? Issuer { get; set; }

    /// <summary>For whom a token must be: the name by which the issuer knows this service.</summary>
    public string? Audience { get; set; }

    /// <summary>Whether <see cref="Authority"/> must be asked by TLS.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;
}
