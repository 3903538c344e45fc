using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.Metrics.Postgres;
using Progeny.Storage.QueryLog;
using Progeny.Storage.QueryLog.Postgres;
using Progeny.Storage.QueryLog.Sqlite;

namespace Progeny.Storage.Hosting;

/// <summary>
/// Moves all that a node that stands alone has stored into the empty database of a cluster, in one transaction. Artifacts that the cluster
/// keeps elsewhere are there before it ends, and harm nobody when it fails: they are named by their contents.
/// </summary>
public sealed class ClusterImport(MoveRequest request, TimeProvider time)
{
    private const string Undone = "Nothing was moved; the data folder is as it was.";

    /// <exception cref="MoveException">It cannot be done; the message says why.</exception>
    /// <exception cref="IOException">The folder or the database is not as it must be.</exception>
    public Task<MoveSummary> RunAsync(IProgress<MoveProgress> progress, CancellationToken cancellationToken) =>
        MoveFaults.RunAsync(() => MoveAsync(progress, cancellationToken), Undone);

    private async Task<MoveSummary> MoveAsync(IProgress<MoveProgress> progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        progress.Report(new MoveProgress(0, "opening the data folder"));
        using var folder = await FolderFiles.OpenAsync(request.DataFolder, time, cancellationToken);
        await using var connection = await ClusterLink.OpenAsync(request.Cluster, cancellationToken);
        await ClusterSchema.EnsureAsync(connection, request.Cluster.Id, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(@Lock)", new { ClusterSchema.Lock }, cancellationToken);
        await ClusterLink.CheckStoppedAsync(connection, request.Cluster, cancellationToken);
        await CheckEmptyAsync(connection, cancellationToken);
        var days = await MakeDaysAsync(folder.Queries, connection, cancellationToken);
        await MakeWindowsAsync(folder.Metrics, connection, cancellationToken);
        (SqliteConnection File, IReadOnlyList<MovedTable> Tables)[] all =
        [
            (folder.Grains, MovedTables.Grains(request.Cluster.Id)),
            (folder.Queries, MovedTables.Queries(days)),
            (folder.Metrics, MovedTables.Metrics),
            (folder.Datasets, MovedTables.Datasets),
            (folder.Tracking, TrackingTables.All),
        ];
        var meter = new MoveMeter(
            all.Sum(file => file.Tables.Sum(table => file.File.Number(table.CountIn(isPostgres: false))))
                + folder.Queries.Number("SELECT coalesce(sum(count), 0) FROM segments")
                + ArtifactPlace.KindsOf(folder.Paths).Select(kind => ArtifactPlace.Open(kind.Folder))
                    .Sum(files => files.List().Sum(digest => MoveMeter.UnitsOf(new FileInfo(files.PathOf(digest)).Length))),
            progress);
        foreach (var (file, tables) in all)
        {
            foreach (var table in tables)
                await CopyAsync(file, connection, table, meter, cancellationToken);
        }

        await IndexAsync(folder.Queries, connection, days, meter, cancellationToken);
        await SetEndsAsync(folder, connection, cancellationToken);
        foreach (var (title, path, isData) in ArtifactPlace.KindsOf(folder.Paths))
        {
            meter.Begin(title);
            using var artifacts = ArtifactPlace.Of(request.Artifacts, connection, isData);
            await artifacts.PutAllAsync(path, meter, title, cancellationToken);
        }

        meter.Begin("finishing");
        // Without statistics the first statements of the nodes would be planned blindly.
        await ExecuteAsync(connection, "ANALYZE", null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MoveSummary(meter.Counts, meter.Bytes, time.GetElapsedTime(started));
    }

    private async Task CheckEmptyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        IEnumerable<MovedTable> tables =
            [.. MovedTables.Grains(request.Cluster.Id), .. MovedTables.Queries(new LogDays([])), .. MovedTables.Metrics,
                .. MovedTables.Datasets, .. TrackingTables.All];
        foreach (var (name, count) in tables.Where(table => !table.IsSeeded)
            .Select(table => (table.Title ?? table.Name, table.CountIn(isPostgres: true)))
            .Append(("artifacts", "SELECT count(*) FROM artifacts")).Append(("files of datasets", "SELECT count(*) FROM data_artifacts")))
        {
            if (await connection.ExecuteScalarAsync<long>(new CommandDefinition(count, cancellationToken: cancellationToken)) is var found
                and > 0)
            {
                throw new MoveException(
                    $"The database '{connection.Database}' is not empty: it holds {found} {name}. "
                    + "Name a database that no cluster has used yet; this one stays as it is.");
            }
        }
    }

    /// <summary>Makes the partitions of the log's days.</summary>
    private async Task<LogDays> MakeDaysAsync(SqliteConnection queries, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var days = LogCalendar.Of(
            queries.Rows<(long First, long Until)>("SELECT first, until_at FROM segments ORDER BY first"), time.GetUtcNow());
        foreach (var (day, first) in days)
        {
            foreach (var parent in (string[])["segments", "query_ids"])
            {
                await ExecuteAsync(
                    connection,
                    $"CREATE TABLE IF NOT EXISTS {parent}_{day} PARTITION OF {parent} FOR VALUES IN ({day})",
                    null,
                    cancellationToken);
            }

            await ExecuteAsync(
                connection, "INSERT INTO log_days (day, first) VALUES (@day, @first)", new { day, first }, cancellationToken);
        }

        var last = queries.Number(
            "SELECT max((SELECT last FROM swept), coalesce((SELECT max(first + count - 1) FROM segments), 0))");
        int? newest = days.Count == 0 ? null : days[^1].Day;
        await ExecuteAsync(connection, "UPDATE log_end SET last = @last, day = @newest", new { last, newest }, cancellationToken);
        return new LogDays(days);
    }

    /// <summary>Makes the partitions of the perfdb's windows, and of the changes of scores.</summary>
    private static Task MakeWindowsAsync(SqliteConnection metrics, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string[] tables = ["windows", "distributions", "figures"];
        return new PerfdbPartitions().EnsureAsync(
            connection,
            tables.SelectMany(table => metrics.Rows<(long Step, long Start)>($"SELECT DISTINCT step, start / 86400 * 86400 FROM {table}")
                .Select(row => (table, (int)row.Step, row.Start))),
            metrics.Rows<long>("SELECT DISTINCT changed / 86400 * 86400 FROM score_changes"),
            cancellationToken);
    }

    private static async Task CopyAsync(
        SqliteConnection file, NpgsqlConnection connection, MovedTable table, MoveMeter meter, CancellationToken cancellationToken)
    {
        meter.Begin(table.Title ?? table.Name);
        if (table.IsSeeded)
            await ExecuteAsync(connection, $"DELETE FROM {table.Name}", null, cancellationToken);
        var moved = 0L;
        await using (var copy = await connection.BeginBinaryImportAsync(table.Copy, cancellationToken))
        {
            foreach (var row in SqliteRows.Read(file, table))
            {
                await PostgresRows.WriteAsync(copy, table, row, cancellationToken);
                meter.Add(row);
                moved++;
            }

            await copy.CompleteAsync(cancellationToken);
        }

        if (table.IsNumbered)
        {
            await ExecuteAsync(
                connection,
                $"SELECT setval(pg_get_serial_sequence('{table.Name}', '{table.Key}'), coalesce(max({table.Key}), 0) + 1, false) "
                    + $"FROM {table.Name}",
                null,
                cancellationToken);
        }

        await CheckAsync(connection, table.CountIn(isPostgres: true), moved, table.Title ?? table.Name, cancellationToken);
        if (table.Title is { } title)
            meter.End(title, moved);
    }

    /// <summary>Makes the index by query id.</summary>
    private static async Task IndexAsync(
        SqliteConnection queries, NpgsqlConnection connection, LogDays days, MoveMeter meter, CancellationToken cancellationToken)
    {
        meter.Begin("index by query id");
        var hashes = new List<long>();
        var row = new object?[1];
        await using (var copy = await connection.BeginBinaryImportAsync(
            "COPY query_ids (day, hash, sequence) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            using var scan = new SegmentScan(queries, "ORDER BY s.first");
            while (scan.Read() is { } segment)
            {
                hashes.Clear();
                BatchIndex.Of(segment.Batch, (_, hash) => hashes.Add(hash));
                var day = days.Of(segment.First);
                for (var i = 0; i < hashes.Count; i++)
                {
                    await copy.StartRowAsync(cancellationToken);
                    await copy.WriteAsync(day, NpgsqlDbType.Integer, cancellationToken);
                    await copy.WriteAsync(hashes[i], NpgsqlDbType.Bigint, cancellationToken);
                    await copy.WriteAsync(segment.First + i, NpgsqlDbType.Bigint, cancellationToken);
                    meter.Add(row);
                }
            }

            await copy.CompleteAsync(cancellationToken);
        }

        var records = queries.Number("SELECT coalesce(sum(count), 0) FROM segments");
        await CheckAsync(connection, "SELECT count(*) FROM query_ids", records, "records in the index", cancellationToken);
        await CheckAsync(connection, "SELECT coalesce(sum(count), 0)::bigint FROM segments", records, "records", cancellationToken);
        meter.End("records", records);
    }

    /// <summary>Takes over the numbers from which others go on, and the clocks.</summary>
    private static async Task SetEndsAsync(FolderFiles folder, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            """
            UPDATE outcome_end SET last = @outcomes;
            UPDATE score_cursor SET reports = @reports, changes = @changes;
            UPDATE decision_end SET last = @decisions;
            """,
            new
            {
                outcomes = folder.Queries.Number("SELECT coalesce(max(id), 0) FROM outcomes"),
                reports = folder.Metrics.Number("SELECT reports FROM score_cursor"),
                changes = LastOf("score_changes"),
                decisions = LastOf("decisions"),
            },
            cancellationToken);
        await ExecuteAsync(connection, "DELETE FROM retention_clocks", null, cancellationToken);
        (string Name, SqliteConnection File)[] clocks = [
            (ClusterRetentionClock.QueryLog, folder.Queries),
            (ClusterRetentionClock.Perfdb, folder.Metrics),
        ];
        foreach (var (name, file) in clocks)
        {
            var (seen, trusted, held) = file.Row<(long?, long?, long)>("SELECT seen, trusted, held FROM age");
            if (seen is null)
                continue;
            await ExecuteAsync(
                connection,
                "INSERT INTO retention_clocks (name, seen, trusted, held, reader) VALUES (@name, @seen, @trusted, @held, "
                    + "gen_random_uuid())",
                new { name, seen, trusted = trusted ?? seen, held },
                cancellationToken);
        }

        long LastOf(string table) =>
            folder.Metrics.Number("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = @table), 0)", new { table });
    }

    private static async Task CheckAsync(
        NpgsqlConnection connection, string count, long wanted, string name, CancellationToken cancellationToken)
    {
        var found = await connection.ExecuteScalarAsync<long>(new CommandDefinition(count, cancellationToken: cancellationToken));
        if (found != wanted)
            throw new MoveException($"The data folder holds {wanted} {name}, and the database {found} after they were copied. {Undone}");
    }

    private static Task ExecuteAsync(NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, commandType: CommandType.Text, cancellationToken: cancellationToken));
}
