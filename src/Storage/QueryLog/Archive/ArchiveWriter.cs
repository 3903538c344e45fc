using System.Globalization;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Writes records of the log as a Parquet file, some thousands at a time.</summary>
internal sealed class ArchiveWriter(DuckDbEngine engine, LogRecords log, IMetricSets? metrics)
{
    private const int MaxRecords = 50_000;
    private const long MaxBytes = 32L << 20;

    /// <summary>Writes the records of a range, and behind them those of other files that are not among them.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="others">Files of the archive.</param>
    /// <param name="folder">A folder for files, which the caller deletes.</param>
    /// <returns>The number of records; 0: there are none, and no file is written.</returns>
    public async Task<long> WriteAsync(
        LogRange range, string path, IReadOnlyList<string> others, string folder, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        var waiting = new List<LogRecord>();
        var (count, bytes) = (0L, 0L);
        await foreach (var records in log.ReadAsync(range, cancellationToken))
        {
            foreach (var record in records)
            {
                waiting.Add(record);
                count++;
                bytes += record.Copy.Data.Length;
                if (waiting.Count >= MaxRecords || bytes >= MaxBytes)
                    await FlushAsync();
            }
        }

        if (waiting.Count > 0)
            await FlushAsync();
        if (parts.Count == 1 && others.Count == 0)
        {
            File.Move(parts[0], path, overwrite: true);
            return count;
        }

        return parts.Count + others.Count == 0 ? 0 : await JoinAsync(parts, others, path, cancellationToken);

        async Task FlushAsync()
        {
            var part = Path.Combine(folder, $"records-{parts.Count}.parquet");
            await WriteAsync(waiting, part, cancellationToken);
            parts.Add(part);
            waiting.Clear();
            bytes = 0;
        }
    }

    private async Task<long> JoinAsync(
        List<string> parts, IReadOnlyList<string> others, string path, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(new DuckDbAccess([.. parts, .. others, path], []));
        var rows = (parts.Count, others.Count) switch
        {
            (_, 0) => $"SELECT * FROM {Read(parts)}",
            (0, _) => $"SELECT * FROM {Read(others)}",
            _ => $"SELECT * FROM {Read(parts)} UNION ALL BY NAME SELECT o.* FROM {Read(others)} AS o ANTI JOIN {Read(parts)} AS p USING "
                + "(sequence)",
        };
        await session.WriteParquetAsync(rows, path, cancellationToken);
        return Convert.ToInt64(
            await session.ScalarAsync($"SELECT count(*) FROM {Read([path])}", cancellationToken),
            CultureInfo.InvariantCulture);
    }

    internal static string Read(IEnumerable<string> files) =>
        $"read_parquet({SqlText.List(files)}, union_by_name = true, hive_partitioning = false)";

    private async Task WriteAsync(List<LogRecord> records, string path, CancellationToken cancellationToken)
    {
        var losses = new double?[records.Count];
        for (var i = 0; i < losses.Length; i++)
            losses[i] = await LossOfAsync(records[i]);
        var columns = new ArchiveColumns(records.Select(record => record.Copy.Layout).Distinct());
        await using var session = engine.Open(new DuckDbAccess([path], []));
        var declared = string.Join(", ", columns.All.Select(column => $"{SqlText.Name(column.Name)} {column.Type}"));
        await session.ExecuteAsync($"CREATE TABLE records ({declared})", cancellationToken);
        await session.RunAsync(
            "SELECT 1",
            _ =>
            {
                using var appender = session.Connection.CreateAppender("records");
                for (var i = 0; i < records.Count; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ArchiveRow.Append(appender, columns, records[i], losses[i]);
                }

                return true;
            },
            cancellationToken);
        await session.WriteParquetAsync("SELECT * FROM records", path, cancellationToken);
    }

    private async Task<double?> LossOfAsync(LogRecord row)
    {
        if (metrics is null || row.Outcomes.Count == 0 || row.Record.Prediction is null)
            return null;
        var record = row.Record;
        var generation = new GenerationReference(record.GenerationProject ?? record.Project, record.Release, record.Generation);
        return (await metrics.GetAsync(generation))?.LossOf(record.Prediction, row.Outcomes[^1].Value);
    }
}
