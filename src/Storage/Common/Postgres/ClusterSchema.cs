using Dapper;
using Npgsql;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Rows;
using Progeny.Storage.Datasets.Subscriptions;
using Progeny.Storage.Metrics.Postgres;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.Releases;
using Progeny.Storage.Security;

namespace Progeny.Storage.Common.Postgres;

/// <summary>The tables of a cluster's database, all of them, which its nodes create and migrate themselves.</summary>
internal static class ClusterSchema
{
    /// <summary>"progeny" as a number. Whoever holds this lock changes the tables, or fills them; nodes that start wait.</summary>
    internal const long Lock = 0x70726F67656E79;

    /// <summary>
    /// What brings the schema from each version to the next: the first from nothing to version 1. What was published is never changed, only
    /// followed.
    /// </summary>
    private static readonly string[][] Versions =
    [
        [
            OrleansSchema.Script,
            PostgresArtifacts.Schema,
            ClusterRetentionClock.Schema,
            PostgresMetricsSchema.Script,
            PostgresAuditSchema.Script,
            PostgresQuerySchema.Script,
            PostgresQueryFunctions.Script,
            ArchiveMarks.Schema,
            PostgresSessionKeyStore.Schema,
            DatasetSchema.Script,
            RowsSchema.Postgres,
            SubscriptionSchema.Script,
            TrackingSchema.Postgres,
        ],
    ];

    /// <summary>The version that this program needs.</summary>
    public static int Version => Versions.Length;

    /// <summary>
    /// Creates or migrates the tables, in one transaction that locks out every other node; any number of nodes may call it at once.
    /// </summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <exception cref="SchemaVersionException">The database is of a newer program.</exception>
    /// <exception cref="ClusterNameException">The database belongs to another cluster.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, string cluster, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Execute("SELECT pg_advisory_xact_lock(@Lock)", new { Lock });
        await Execute("CREATE TABLE IF NOT EXISTS progeny (cluster text NOT NULL, version int NOT NULL)");
        var found = await connection.QuerySingleOrDefaultAsync<(string Cluster, int Version)?>(new CommandDefinition(
            "SELECT cluster, version FROM progeny", cancellationToken: cancellationToken));
        if (found is { } other && other.Cluster != cluster)
            throw new ClusterNameException(connection.Database, other.Cluster, cluster);
        if (found is { Version: var newer } && newer > Version)
            throw new SchemaVersionException(connection.Database, newer, Version);
        for (var version = found?.Version ?? 0; version < Version; version++)
        {
            foreach (var script in Versions[version])
                await Execute(script);
        }

        await Execute(
            found is null
                ? "INSERT INTO progeny (cluster, version) VALUES (@cluster, @Version)"
                : "UPDATE progeny SET version = @Version WHERE version <> @Version",
            new { cluster, Version });
        await transaction.CommitAsync(cancellationToken);

        Task Execute(string sql, object? parameters = null) =>
            connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken, commandTimeout: 60));
    }
}
