using System.Net;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Grains.Security;

namespace Progeny.Silo.Security;

/// <summary>
/// The addresses at which a node listens for HTTP. Those that other machines reach need TLS, and callers who prove who they are
/// (docs/tls.md).
/// </summary>
internal static class ListenAddresses
{
    private const string Key = "urls";
    private const string ServerSection = "Kestrel:Endpoints";
    private const string CertificateKey =
        $"{SecurityOptions.Section}:{nameof(SecurityOptions.Tls)}:{nameof(CertificateOptions.Certificate)}";

    /// <summary>Checks the addresses.</summary>
    /// <returns>Those that are open to others without protection, which the operator has allowed.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="ExposureException">An address is open to others without protection.</exception>
    public static IEnumerable<Exposure> Check(IConfiguration configuration, SecurityOptions security)
    {
        // The server would listen there instead of at "urls".
        if (configuration.AsEnumerable().Any(setting => setting.Key.StartsWith($"{ServerSection}:", StringComparison.OrdinalIgnoreCase)))
            throw new SettingException($"{ServerSection} is set; name the addresses in {Key}, the certificate in {CertificateKey}.");
        foreach (var url in (configuration[Key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Parse(url) is not { } address)
                continue;
            var isSecure = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
            if (isSecure && string.IsNullOrEmpty(security.Tls.Certificate))
                throw new SettingException(
                    $"{Key} has '{url}', and {CertificateKey} is missing; it must name the file of the certificate that clients are shown "
                        + "there.");
            if (IsLocal(address) || (isSecure && security.Enabled))
                continue;
            yield return Exposure.Allow(
                configuration[Exposure.Setting],
                $"The node listens on {url} ({Key}), which other machines reach, without "
                    + $"{(isSecure ? "authentication" : security.Enabled ? "TLS" : "authentication and TLS")}",
                $"listen on a loopback address such as http://127.0.0.1:8080, or on https with {CertificateKey} and "
                    + $"{SecurityOptions.Section}:{nameof(SecurityOptions.Enabled)}=true");
        }
    }

    /// <summary>
    /// Whether only programs of this machine reach an address. The server listens at all addresses for a name that is not <c>localhost</c>.
    /// </summary>
    private static bool IsLocal(BindingAddress address) =>
        address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host is ['[', .. var inner, ']'] ? inner : address.Host, out var ip) && IPAddress.IsLoopback(ip));

    // What is no address is reported by the server, which is to listen there.
    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
