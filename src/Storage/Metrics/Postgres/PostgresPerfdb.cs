using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Common;
using Progeny.Core.Metrics;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>The perfdb in the cluster's database: what its stores share. Thread-safe.</summary>
public sealed partial class PostgresPerfdb(ClusterDatabase database, TimeProvider time, ILogger<PostgresPerfdb>? logger = null)
{
    // "perfdb" and a number. Whoever holds this lock does the upkeep.
    private const long UpkeepLock = 0x70657266646201;
    private const int MaxAttempts = 5;
    private const int MaxRemoved = 5_000;

    private readonly ClusterRetentionClock clock = new(ClusterRetentionClock.Perfdb, time, logger);
    private readonly Interval upkeep = new(time, MetricsResolution.All[1].Step);
    private readonly ConcurrentDictionary<GenerationReference, long> generations = new();

    internal PerfdbPartitions Partitions { get; } = new();

    /// <summary>The time by which windows, scores and their changes are old.</summary>
    internal ValueTask<DateTimeOffset> ReadAgeAsync(CancellationToken cancellationToken) => clock.ReadAsync(database, cancellationToken);

    /// <summary>Runs statements that change nothing.</summary>
    internal Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => work(connection, token), cancellationToken);

    /// <summary>Runs statements that change nothing over one snapshot.</summary>
    internal Task<T> ReadSnapshotAsync<T>(
        Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
            return await work(connection, token);
        },
        cancellationToken);

    /// <summary>
    /// Runs statements in one transaction. It is begun again where the server ended it for the sake of another, and where a partition is
    /// missing that this process thought to be there.
    /// </summary>
    internal async Task<T> WriteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.WriteAsync(work, cancellationToken);
            }
            catch (Exception exception) when (exception is StorageUnavailableException or PostgresException)
            {
                Partitions.Forget();
                var state = ((exception as PostgresException) ?? exception.InnerException as PostgresException)?.SqlState;
                if (attempt == MaxAttempts || state is not (
                    PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.CheckViolation))
                    throw;
            }
        }
    }

    /// <summary>The number of a generation in the database; it never changes.</summary>
    internal async ValueTask<long> IdOfAsync(GenerationReference generation, CancellationToken cancellationToken)
    {
        if (generations.TryGetValue(generation, out var known))
            return known;
        var id = await database.WriteAsync(
            (connection, token) => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                """
                INSERT INTO generations (project, release, generation) VALUES (@Project, @Release, @Generation) ON CONFLICT DO NOTHING;
                SELECT id FROM generations WHERE project = @Project AND release = @Release AND generation = @Generation;
                """,
                new { generation.Project, generation.Release, generation.Generation },
                cancellationToken: token)),
            cancellationToken);
        return generations.GetOrAdd(generation, id);
    }

    /// <summary>
    /// Now and then makes the partitions to come and removes what is old, unless another member of the cluster is about it.
    /// </summary>
    internal async Task UpkeepAsync(CancellationToken cancellationToken)
    {
        if (!upkeep.IsDue())
            return;
        try
        {
            await database.ReadAsync(UpkeepAsync, cancellationToken);
        }
        catch (Exception exception) when (exception is StorageUnavailableException or PostgresException)
        {
            // What was to be stored is stored; the next one does it.
            Partitions.Forget();
            if (logger is not null)
                LogFailed(logger, exception);
        }
    }

    private async Task<bool> UpkeepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT pg_try_advisory_lock(@UpkeepLock)", new { UpkeepLock }, cancellationToken: cancellationToken)))
            return false;
        try
        {
            var age = await clock.AgreeAsync(connection, cancellationToken);
            await Partitions.EnsureAheadAsync(connection, time.GetUtcNow(), cancellationToken);
            await Partitions.DropAsync(connection, age, cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                DELETE FROM cursors WHERE logged = 0 AND (source, generation) IN (
                    SELECT source, generation FROM cursors WHERE logged = 0 AND changed < @runs ORDER BY changed LIMIT @MaxRemoved);
                DELETE FROM recent WHERE (generation, until) IN (
                    SELECT generation, until FROM recent WHERE start < @recent ORDER BY start LIMIT @MaxRemoved);
                """,
                new
                {
                    runs = (age - PerfdbRetention.Runs).ToUnixTimeSeconds(),
                    recent = (age - MetricsResolution.All[^1].Kept).ToUnixTimeSeconds(),
                    MaxRemoved,
                },
                cancellationToken: cancellationToken));
            return true;
        }
        finally
        {
            // A connection that is lost has lost its locks.
            if (connection.FullState == ConnectionState.Open)
                await connection.ExecuteAsync("SELECT pg_advisory_unlock(@UpkeepLock)", new { UpkeepLock });
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The upkeep of the perfdb failed; it is tried again in a minute")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
