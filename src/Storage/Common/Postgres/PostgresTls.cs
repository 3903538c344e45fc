using System.Net;
using Npgsql;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// Whether connections to a PostgreSQL server on another machine are protected: encrypted, with a server that proves who it is.
/// </summary>
internal static class PostgresTls
{
    /// <summary>What is right where it is not.</summary>
    public const string Right = "write 'SSL Mode=VerifyFull;Root Certificate=FILE' into it, FILE being that of the server's authority in "
        + "PEM";

    /// <summary>
    /// The server of a connection string that is reached without protection, in words; null: all are protected, or on this machine.
    /// </summary>
    public static string? FindUnprotected(string? connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException)
        {
            // Whoever connects says what is wrong with it.
            return null;
        }

        if (settings.SslMode is SslMode.VerifyFull or SslMode.VerifyCA)
            return null;
        var remote = (settings.Host ?? "localhost").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(host => !IsLocal(host));
        return remote is null ? null : $"PostgreSQL on {remote} with SSL Mode={settings.SslMode}, which does not check who answers there";
    }

    /// <summary>Whether a host, with or without a port behind a colon, is this machine.</summary>
    private static bool IsLocal(string host)
    {
        // A folder is that of a Unix socket, which abstract ones have in a name space of their own.
        if (host[0] is '/' or '@')
            return true;
        if (IPEndPoint.TryParse(host, out var endPoint))
            return IPAddress.IsLoopback(endPoint.Address);
        return host.Split(':')[0].Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }
}
