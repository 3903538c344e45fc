using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>Reads the address of an issuer from a setting.</summary>
public static class IssuerAddress
{
    /// <summary>The address of an issuer.</summary>
    /// <param name="section">The section of the setting <c>Authority</c>, for errors.</param>
    /// <param name="requiresHttps">Whether it must be asked by TLS.</param>
    /// <exception cref="SettingException">It is no address, or not one to be asked by TLS.</exception>
    public static Uri Read(string section, string? value, bool requiresHttps)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw new SettingException(
                $"{section}:Authority is '{value}'; it must be the address of an issuer, e.g. https://login.example.com/realms/ml.");
        return address.Scheme == Uri.UriSchemeHttps || !requiresHttps
            ? address
            : throw new SettingException(
                $"{section}:Authority is '{value}'; it must begin with https://, unless {section}:RequireHttpsMetadata is false.");
    }
}
