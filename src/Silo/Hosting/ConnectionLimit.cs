using System.Net;
using Microsoft.AspNetCore.Connections;
using Progeny.Silo.Security;

namespace Progeny.Silo.Hosting;

/// <summary>
/// Closes connections above the most that a node takes at once, of all clients together and of one address, before anything is read of
/// them.
/// </summary>
internal sealed partial class ConnectionLimit(HttpOptions options, TimeProvider time, ILogger<ConnectionLimit> logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _addresses = [];
    private int _open;
    private long _refused;
    private long? _loggedAt;

    public ConnectionDelegate Apply(ConnectionDelegate next) => async connection =>
    {
        var address = options.MaxConnectionsPerAddress > 0 ? ClientAddress.Of(connection.RemoteEndPoint) : null;
        if (!Enter(address))
        {
            connection.Abort(new ConnectionAbortedException("The node has as many connections as it takes."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    private bool Enter(IPAddress? address)
    {
        lock (_lock)
        {
            var ofAddress = address is null ? 0 : _addresses.GetValueOrDefault(address);
            if (_open >= options.MaxConnections)
            {
                Refuse("of all clients together", nameof(HttpOptions.MaxConnections), options.MaxConnections);
                return false;
            }

            if (address is not null && ofAddress >= options.MaxConnectionsPerAddress)
            {
                Refuse($"of {address}", nameof(HttpOptions.MaxConnectionsPerAddress), options.MaxConnectionsPerAddress);
                return false;
            }

            _open++;
            if (address is not null)
                _addresses[address] = ofAddress + 1;
            return true;
        }
    }

    private void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _open--;
            if (address is not null && --_addresses[address] is var left)
            {
                if (left == 0)
                    _addresses.Remove(address);
                else
                    _addresses[address] = left;
            }
        }
    }

    private void Refuse(string whose, string key, int most)
    {
        _refused++;
        if (_loggedAt is { } at && time.GetElapsedTime(at) < LogInterval)
            return;
        LogRefused(logger, _refused, whose, most, key);
        (_loggedAt, _refused) = (time.GetTimestamp(), 0);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Closed {Count} new connections since this was said last, the last one {Whose}: there are {Most} at once already "
            + "(Http:{Key})")]
    private static partial void LogRefused(ILogger logger, long count, string whose, int most, string key);
}
