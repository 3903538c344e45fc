using System.Net;
using System.Net.Sockets;

namespace Progeny.Silo.Security;

/// <summary>
/// The address by which clients are told apart: of IPv6 the network of 64 bits, within which one client may have any address.
/// </summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>The address of the other end of a connection; null: it has none.</summary>
    public static IPAddress? Of(EndPoint? remote) => remote is IPEndPoint { Address: { } address } ? Of(address) : null;

    /// <inheritdoc cref="Of(EndPoint)"/>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
