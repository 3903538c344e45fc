using Dapper;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Storage.Common;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Hosting;

/// <summary>The connection of a move to the database of a cluster, none of whose members may run meanwhile.</summary>
internal static class ClusterLink
{
    private const string Name = "progeny move";

    // A silo that was killed stays in the table of members; one that lives has said so a moment ago.
    private const string SelectRunning =
        """
        SELECT siloname FROM orleansmembershiptable
        WHERE deploymentid = @id AND status BETWEEN 1 AND 5 AND abs(extract(epoch FROM now() - iamalivetime)) < @Seconds
        UNION SELECT 'a process at ' || coalesce(host(client_addr), 'a socket') FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = @application
        ORDER BY 1
        """;

    private const int Seconds = 30;

    /// <summary>Opens the connection. Nothing on it has a limit of time: a move takes as long as it takes.</summary>
    /// <exception cref="MoveException">The connection string cannot be read.</exception>
    public static async Task<NpgsqlConnection> OpenAsync(ClusterOptions cluster, CancellationToken cancellationToken)
    {
        var settings = SettingsOf(cluster);
        settings.ApplicationName = Name;
        settings.Pooling = false;
        settings.CommandTimeout = 0;
        settings.Options = $"{settings.Options} -c TimeZone=UTC -c idle_in_transaction_session_timeout=0 -c statement_timeout=0".Trim();
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes sure that the database is that of the cluster, as this program knows it.</summary>
    /// <exception cref="MoveException">It holds no cluster.</exception>
    /// <exception cref="ClusterNameException">It is another's.</exception>
    /// <exception cref="SchemaVersionException">It is of another version.</exception>
    public static async Task CheckSchemaAsync(NpgsqlConnection connection, ClusterOptions cluster, CancellationToken cancellationToken)
    {
        const string isThere = "SELECT to_regclass('progeny') IS NOT NULL";
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(isThere, cancellationToken: cancellationToken)))
            throw new MoveException($"The database '{connection.Database}' holds no cluster; name that of the cluster with --cluster.");
        var (found, version) = await connection.QuerySingleAsync<(string, int)>(new CommandDefinition(
            "SELECT cluster, version FROM progeny", cancellationToken: cancellationToken));
        if (found != cluster.Id)
            throw new ClusterNameException(connection.Database, found, cluster.Id);
        if (version != ClusterSchema.Version)
            throw new SchemaVersionException(connection.Database, version, ClusterSchema.Version);
    }

    /// <summary>Makes sure that no member runs.</summary>
    /// <exception cref="MoveException">One does.</exception>
    public static async Task CheckStoppedAsync(NpgsqlConnection connection, ClusterOptions cluster, CancellationToken cancellationToken)
    {
        var application = SettingsOf(cluster).ApplicationName ?? ClusterConnection.ApplicationOf(cluster);
        var running = (await connection.QueryAsync<string>(new CommandDefinition(
            SelectRunning, new { id = cluster.Id, application, Seconds }, cancellationToken: cancellationToken))).AsList();
        if (running.Count > 0)
        {
            throw new MoveException(
                $"The cluster '{cluster.Id}' runs: {string.Join(", ", running)}. "
                + $"Stop all of its nodes first; one that was killed counts for {Seconds} seconds.");
        }
    }

    private static NpgsqlConnectionStringBuilder SettingsOf(ClusterOptions cluster)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        }
        catch (ArgumentException exception)
        {
            // Not the string itself: a password may be in it.
            throw new MoveException(
                $"The connection string of the cluster cannot be read ({exception.Message}); "
                + "it must be like 'Host=db.example;Database=progeny;Username=progeny;Password=…'.",
                exception);
        }
    }
}
