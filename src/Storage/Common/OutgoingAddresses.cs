using System.Net;
using System.Net.Sockets;

namespace Progeny.Storage.Common;

/// <summary>
/// The addresses that calls from this node to others may go to: those of the public internet, and the networks that an operator names. So a
/// name that leads to this machine, to its network or to the metadata service of a cloud is not called for somebody who may only choose the
/// name.
/// </summary>
/// <param name="networks">The networks beside the public internet.</param>
internal sealed class OutgoingAddresses(IReadOnlyList<IPNetwork> networks)
{
    // RFC 6890 and IANA's registries of special-purpose addresses.
    private static readonly IPNetwork[] _special =
    [
        .. ((string[])[
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Within the public addresses of IPv6: Teredo, ORCHID, examples, and 6to4, which has an address of IPv4 inside.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    // All other addresses of IPv6 are loopback, local, multicast, translated ones of IPv4, or not assigned.
    private static readonly IPNetwork _public6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether a call may go to an address.</summary>
    public bool Allow(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (networks.Any(network => network.Contains(plain)))
            return true;
        return (plain.AddressFamily == AddressFamily.InterNetwork || _public6.Contains(plain))
            && !_special.Any(network => network.Contains(plain));
    }

    /// <summary>
    /// A handler that resolves the name of a host once, and connects to an address that was checked. It follows no redirect and asks no
    /// proxy.
    /// </summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
    };

    /// <summary>Reads a list of networks, as 10.0.0.0/8, with commas between them.</summary>
    /// <exception cref="FormatException">One is none; it is the message.</exception>
    public static OutgoingAddresses Parse(string? networks) => new(
    [
        .. (networks ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => IPNetwork.TryParse(text, out var network) ? network : throw new FormatException(text)),
    ]);

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        // Numbers in other forms (2130706433, 0177.1) are addresses as well, which this call reads as the system does.
        var found = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var addresses = Array.FindAll(found, Allow);
        if (addresses.Length == 0)
            throw new OutgoingAddressException(
                $"{host.Host} is {string.Join(", ", found.Select(address => address.ToString()))}, which is no address of the public "
                    + "internet");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
