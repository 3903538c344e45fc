using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Progeny.Storage.Common;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.QueryLog.Sqlite.Ids;

namespace Progeny.Storage.Hosting;

/// <summary>
/// Moves all that a cluster has stored into a new data folder of a node that stands alone. The folder has another name until it is
/// complete; the cluster stays as it is.
/// </summary>
public sealed class ClusterExport(MoveRequest request, TimeProvider time)
{
    private const string Undone = "Nothing was moved; the cluster is as it was.";
    private const string Incomplete = ".incomplete";
    private const string Records = "SELECT coalesce(sum(count), 0)::bigint FROM segments";

    /// <inheritdoc cref="ClusterImport.RunAsync"/>
    public Task<MoveSummary> RunAsync(IProgress<MoveProgress> progress, CancellationToken cancellationToken) =>
        MoveFaults.RunAsync(() => MoveAsync(progress, cancellationToken), Undone);

    private async Task<MoveSummary> MoveAsync(IProgress<MoveProgress> progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.DataFolder));
        var path = target + Incomplete;
        if (Path.Exists(target))
            throw new MoveException($"'{request.DataFolder}' is there already; name a folder that is not, which is created.");
        if (Path.Exists(path))
            throw new MoveException($"'{path}' is left of an export that was broken off; remove it first.");
        await using var connection = await ClusterLink.OpenAsync(request.Cluster, cancellationToken);
        await ClusterLink.CheckSchemaAsync(connection, request.Cluster, cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await ClusterLink.CheckStoppedAsync(connection, request.Cluster, cancellationToken);
        try
        {
            MoveMeter meter;
            using (var folder = await FolderFiles.CreateAsync(path, time, cancellationToken))
                meter = await FillAsync(folder, connection, progress, cancellationToken);
            Directory.Move(path, target);
            DiskSync.FlushFolder(Path.GetDirectoryName(target)!);
            return new MoveSummary(meter.Counts, meter.Bytes, time.GetElapsedTime(started));
        }
        catch
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            throw;
        }
    }

    private async Task<MoveMeter> FillAsync(
        FolderFiles folder, NpgsqlConnection connection, IProgress<MoveProgress> progress, CancellationToken cancellationToken)
    {
        (SqliteConnection File, IReadOnlyList<MovedTable> Tables)[] all =
        [
            (folder.Grains, MovedTables.Grains(request.Cluster.Id)),
            (folder.Queries, MovedTables.Queries(new LogDays([]))),
            (folder.Metrics, MovedTables.Metrics),
            (folder.Datasets, MovedTables.Datasets),
            (folder.Tracking, TrackingTables.All),
        ];
        var total = await CountAsync(connection, Records, cancellationToken)
            + await CountAsync(connection, "SELECT coalesce(sum(size / 1024 + 1), 0)::bigint FROM artifacts", cancellationToken);
        foreach (var table in all.SelectMany(file => file.Tables))
            total += await CountAsync(connection, table.CountIn(isPostgres: true), cancellationToken);
        var meter = new MoveMeter(total, progress);
        foreach (var (file, tables) in all)
        {
            await using var transaction = file.BeginTransaction(deferred: false);
            // It takes over what a file holds already: here nothing.
            using var ids = file == folder.Queries ? new IdIndexWriter(file) : null;
            foreach (var table in tables)
                await CopyAsync(connection, file, table, meter, cancellationToken);
            if (ids is not null)
                await EndQueriesAsync(connection, file, ids, meter, cancellationToken);
            else if (file == folder.Metrics)
                await EndMetricsAsync(connection, file, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        foreach (var (title, path, isData) in ArtifactPlace.KindsOf(folder.Paths))
        {
            meter.Begin(title);
            using var artifacts = ArtifactPlace.Of(request.Artifacts, connection, isData);
            await artifacts.ReadAllAsync(path, meter, title, cancellationToken);
        }

        meter.Begin("finishing");
        folder.Flush();
        return meter;
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, SqliteConnection file, MovedTable table, MoveMeter meter, CancellationToken cancellationToken)
    {
        meter.Begin(table.Title ?? table.Name);
        if (table.IsSeeded)
            file.Run($"DELETE FROM {table.Name}");
        using (var insert = new SqliteStatement(file, table.Insert))
        {
            await foreach (var row in PostgresRows.ReadAsync(connection, table, cancellationToken))
            {
                SqliteRows.Write(insert, row);
                meter.Add(row);
            }
        }

        var moved = file.Number(table.CountIn(isPostgres: false));
        Check(await CountAsync(connection, table.CountIn(isPostgres: true), cancellationToken), moved, table.Title ?? table.Name);
        if (table.Title is { } title)
            meter.End(title, moved);
    }

    /// <summary>Makes the index by query id, and takes over where the log ends and its clock.</summary>
    private static async Task EndQueriesAsync(
        NpgsqlConnection connection, SqliteConnection file, IdIndexWriter ids, MoveMeter meter, CancellationToken cancellationToken)
    {
        meter.Begin("index by query id");
        var records = 0L;
        var unit = new object?[1];
        using (var scan = new SegmentScan(file, "ORDER BY s.first"))
        {
            while (scan.Read() is { } segment)
            {
                BatchIndex.Of(segment.Batch, (offset, hash) =>
                {
                    ids.Add(segment.First + offset, hash);
                    meter.Add(unit);
                });
                records += segment.Batch.Count;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        while (ids.Runs.Step())
            cancellationToken.ThrowIfCancellationRequested();
        Check(await CountAsync(connection, Records, cancellationToken), records, "records");
        meter.End("records", records);
        var end = await CountAsync(connection, "SELECT last FROM log_end", cancellationToken);
        file.Run("UPDATE swept SET last = @end", new { end });
        await SetClockAsync(connection, file, ClusterRetentionClock.QueryLog, cancellationToken);
    }

    /// <summary>Takes over the numbers from which others go on, and the clock.</summary>
    private static async Task EndMetricsAsync(NpgsqlConnection connection, SqliteConnection file, CancellationToken cancellationToken)
    {
        var reports = await CountAsync(connection, "SELECT reports FROM score_cursor", cancellationToken);
        file.Run("UPDATE score_cursor SET reports = @reports", new { reports });
        (string Table, string End)[] ends = [
            ("score_changes", "SELECT changes FROM score_cursor"),
            ("decisions", "SELECT last FROM decision_end"),
        ];
        foreach (var (table, end) in ends)
        {
            file.Run("DELETE FROM sqlite_sequence WHERE name = @table", new { table });
            var last = await CountAsync(connection, end, cancellationToken);
            file.Run("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", new { table, last });
        }

        await SetClockAsync(connection, file, ClusterRetentionClock.Perfdb, cancellationToken);
    }

    private static async Task SetClockAsync(
        NpgsqlConnection connection, SqliteConnection file, string name, CancellationToken cancellationToken)
    {
        var clock = await connection.QuerySingleOrDefaultAsync<(long Seen, long Trusted, long Held)?>(new CommandDefinition(
            "SELECT seen, trusted, held FROM retention_clocks WHERE name = @name", new { name }, cancellationToken: cancellationToken));
        if (clock is var (seen, trusted, held))
            file.Run("UPDATE age SET seen = @seen, trusted = @trusted, held = @held", new { seen, trusted, held });
    }

    private static Task<long> CountAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, cancellationToken: cancellationToken));

    private static void Check(long wanted, long found, string name)
    {
        if (found != wanted)
            throw new MoveException($"The cluster holds {wanted} {name}, and the new folder {found} after they were copied. {Undone}");
    }
}
