using Npgsql;
using Progeny.Core.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// The connection strings of a member: that of the operator, with limits by which a database that does not answer stops nobody for long.
/// </summary>
public static class ClusterConnection
{
    private const int ConnectSeconds = 3;
    private const int IdleTransactionSeconds = 15;

    // Orleans reads and writes single rows; our stores have the rest.
    private const int ShareOfOrleans = 3;

    /// <summary>For Orleans: members, grain state and reminders.</summary>
    /// <exception cref="FormatException">The operator's string cannot be read.</exception>
    public static string OfOrleans(ClusterOptions options) => Limit(options, Math.Max(1, options.MaxConnections / ShareOfOrleans));

    /// <summary>For our stores.</summary>
    /// <inheritdoc cref="OfOrleans"/>
    public static string OfStores(ClusterOptions options) =>
        Limit(options, options.MaxConnections - Math.Max(1, options.MaxConnections / ShareOfOrleans) - 1);

    /// <summary>For the check whether the database answers, which must not wait behind others.</summary>
    /// <inheritdoc cref="OfOrleans"/>
    public static string OfHealth(ClusterOptions options) => Limit(options, 1);

    /// <summary>
    /// The name by which PostgreSQL lists the connections of a cluster's members, unless their connection string gives them another.
    /// </summary>
    internal static string ApplicationOf(ClusterOptions options) => $"progeny {options.Id}";

    private static string Limit(ClusterOptions options, int connections)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (ArgumentException exception)
        {
            // Not the string itself: a password may be in it.
            throw new FormatException(
                $"Cluster:ConnectionString cannot be read ({exception.Message}); it must be like "
                    + "'Host=db.example;Database=progeny;Username=progeny;Password=…'.", exception);
        }

        settings.ApplicationName ??= ApplicationOf(options);
        settings.MaxPoolSize = connections;
        settings.Timeout = Math.Min(settings.Timeout, ConnectSeconds);
        settings.CommandTimeout = Math.Min(settings.CommandTimeout, ClusterDatabase.StatementSeconds);
        settings.CancellationTimeout = 1_000;
        // Nothing here leaves anything in a session; to reset it would be a statement more for each use.
        settings.NoResetOnClose = true;
        // The kernel's checks of a connection: those of the driver (KeepAlive) each hold a thread of the timers until a database answers
        // that is cut off.
        if (settings is { TcpKeepAlive: false, KeepAlive: 0 })
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, ConnectSeconds, 1);
        // A node that is cut off must hold no lock for longer than others can wait.
        settings.Options = $"{settings.Options} -c idle_in_transaction_session_timeout={IdleTransactionSeconds}s -c TimeZone=UTC".Trim();
        return settings.ConnectionString;
    }
}
