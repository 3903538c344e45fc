using System.Net;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>The names and addresses under which a node may be asked, with any port (docs/operations.md).</summary>
internal sealed class AllowedHosts
{
    private const string Key = "Http:AllowedHosts";

    private readonly HashSet<string> configured = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> suffixes = [];
    private readonly HashSet<string> listening = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the setting, and the names in <c>urls</c>.</summary>
    /// <exception cref="SettingException">An entry is no name and no address.</exception>
    public AllowedHosts(IConfiguration configuration)
    {
        var entries = configuration.GetSection(Key).GetChildren().Select(child => child.Value).Prepend(configuration[Key]);
        foreach (var entry in entries.SelectMany(text => (text ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            var isSuffix = entry.StartsWith("*.", StringComparison.Ordinal);
            var name = Bare(isSuffix ? entry[2..] : entry);
            if (Uri.CheckHostName(name) is UriHostNameType.Unknown or UriHostNameType.Basic)
                throw new SettingException(
                    $"{Key} has '{entry}'; it must be names or addresses without scheme and port, separated by commas, e.g. "
                        + "progeny.example.com, *.example.com, 10.0.0.5.");
            if (isSuffix)
                suffixes.Add($".{name}");
            else
                configured.Add(name);
        }

        foreach (var url in (configuration["urls"] ?? "").Split(
            ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // What is no address is reported by the server, which is to listen there.
            if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.HostNameType is UriHostNameType.Dns)
                listening.Add(uri.Host);
        }
    }

    /// <summary>Whether the setting names a host.</summary>
    public bool Names(string host) =>
        configured.Contains(Bare(host)) || suffixes.Exists(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a host is the node's for all connections: named by a setting, or of loopback.</summary>
    public bool Allow(string host)
    {
        if (IPAddress.TryParse(Bare(host), out var address) && IPAddress.IsLoopback(address))
            return true;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || listening.Contains(host) || Names(host);
    }

    /// <summary>Whether a host is the address at which the connection came in.</summary>
    public static bool IsListeningAt(string host, ConnectionInfo connection) =>
        IPAddress.TryParse(Bare(host), out var address) && IsSame(address, connection.LocalIpAddress);

    private static bool IsSame(IPAddress address, IPAddress? local) =>
        local is not null && address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);

    private static string Bare(string host) => host is ['[', .. var inner, ']'] ? inner : host;
}
