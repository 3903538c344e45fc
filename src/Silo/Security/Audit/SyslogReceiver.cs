using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Progeny.Core.Common;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Sends entries as messages of RFC 5424, facility 13 (log audit): by UDP (RFC 5426) or to a socket of the machine a datagram each, by TCP
/// with the length in front (RFC 6587, 3.4.1). None of them is acknowledged, so a loss at the server is not noticed.
/// </summary>
internal sealed class SyslogReceiver(Uri address, NodeName node) : IAuditReceiver
{
    private const int Informational = (13 * 8) + 6;
    private const int Warning = (13 * 8) + 4;
    private const int StandardUdpPort = 514;
    private const int StandardTcpPort = 601;
    private const int MaxHost = 255;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name { get; } = $"syslog {address}";

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<StoredAuditEntry> entries, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTime);
        using var socket = await ConnectAsync(timeout.Token);
        foreach (var entry in entries)
        {
            var message = Encoding.UTF8.GetBytes(Format(entry));
            ReadOnlyMemory<byte> bytes = socket.ProtocolType == ProtocolType.Tcp
                ? (byte[])[.. Encoding.ASCII.GetBytes($"{message.Length} "), .. message]
                : message;
            while (bytes.Length > 0)
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, timeout.Token)..];
        }

        if (socket.ProtocolType == ProtocolType.Tcp)
            socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The message of an entry.</summary>
    internal string Format(StoredAuditEntry entry)
    {
        var severity = AuditText.IsRefusal(entry.ToEntry()) ? Warning : Informational;
        var time = DateTimeOffset.FromUnixTimeMilliseconds(entry.At).UtcDateTime;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<{severity}>1 {time:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Host()} progeny {Environment.ProcessId} audit - {AuditText.Of(entry)}");
    }

    private string Host() =>
        new string([.. node.Value.Select(letter => letter is > ' ' and < '\x7f' ? letter : '_').Take(MaxHost)]) is { Length: > 0 } host
            ? host
            : "-";

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = address.Scheme switch
        {
            "tcp" => new Socket(SocketType.Stream, ProtocolType.Tcp),
            "udp" => new Socket(SocketType.Dgram, ProtocolType.Udp),
            _ => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified),
        };
        try
        {
            if (address.Scheme == "unix")
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.AbsolutePath), cancellationToken);
            else
                await socket.ConnectAsync(
                    address.Host,
                    address.Port > 0 ? address.Port : address.Scheme == "tcp" ? StandardTcpPort : StandardUdpPort,
                    cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
