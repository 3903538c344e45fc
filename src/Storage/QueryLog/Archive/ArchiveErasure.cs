using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.QueryLog.Archive;

/// <inheritdoc cref="IArchiveErasure"/>
public sealed class ArchiveErasure(IArchiveFiles? files, IArchiveMarkWriter marks, DuckDbEngine engine) : IArchiveErasure
{
    private const string Erased = "CREATE TABLE erased AS SELECT sequence, query_id, sequence - request_row AS first FROM ";

    /// <inheritdoc/>
    public bool IsOn => files is not null;

    /// <inheritdoc/>
    public async Task<(long Records, int? Next)> EraseAsync(
        string project,
        string entity,
        int file,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken)
    {
        if (files is null)
            return (0, null);
        // What is being archived now was read before: it is there when the lock is free.
        await using var held = await marks.LockAsync(project, cancellationToken);
        var all = await files.ListAsync(project, cancellationToken);
        if (file >= all.Count)
            return (0, null);
        var folder = engine.CreateFolder();
        try
        {
            var records = await EraseAsync(project, entity, all[file].Name, folder, removing, cancellationToken);
            return (records, file + 1 < all.Count ? file + 1 : null);
        }
        catch (DuckDBException exception)
        {
            throw new IOException($"The archived file {all[file].Name} cannot be written anew: {exception.Message}", exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<long> EraseAsync(
        string project,
        string entity,
        string name,
        string folder,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> removing,
        CancellationToken cancellationToken)
    {
        var (from, to) = (Path.Combine(folder, "from.parquet"), Path.Combine(folder, "to.parquet"));
        await files!.BringAsync(name, from, cancellationToken);
        await using var session = engine.Open(new DuckDbAccess([from, to], []));
        var table = ArchiveWriter.Read([from]);
        await session.ExecuteAsync($"{Erased}{table} WHERE entity = {SqlText.Literal(entity)}", cancellationToken);
        var ids = await session.QueryAsync("SELECT query_id FROM erased", row => row.GetString(0), cancellationToken);
        if (ids.Count == 0)
            return 0;
        await removing([.. ids.Distinct(StringComparer.Ordinal)], cancellationToken);

        // The text of an error is of the whole request, and may quote the rows that go.
        var beside = await session.QueryAsync(
            $"""
            SELECT {ArchiveSearch.Columns} FROM {table} AS r
            WHERE error IS NOT NULL AND r.sequence - r.request_row IN (SELECT first FROM erased)
                AND r.sequence NOT IN (SELECT sequence FROM erased)
            """,
            row => ArchiveSearch.Read(project, row),
            cancellationToken);
        await session.ExecuteAsync("CREATE TABLE hidden (sequence BIGINT, record BLOB, error VARCHAR)", cancellationToken);
        await session.RunAsync(
            "SELECT 1",
            _ =>
            {
                using var appender = session.Connection.CreateAppender("hidden");
                foreach (var row in beside)
                    Append(appender, row);
                return true;
            },
            cancellationToken);
        await session.WriteParquetAsync(
            $"""
                SELECT r.* REPLACE (coalesce(h.record, r.record) AS record, coalesce(h.error, r.error) AS error)
                FROM {table} AS r LEFT JOIN hidden AS h ON h.sequence = r.sequence
                WHERE r.sequence NOT IN (SELECT sequence FROM erased) ORDER BY r.sequence
            """,
            to,
            cancellationToken);
        await files.PutAsync(name, to, cancellationToken);
        return ids.Count;
    }

    private static void Append(DuckDBAppender appender, LogRecord row)
    {
        var reader = new QueryBatchReader(row.Copy);
        reader.Read();
        var copy = RecordCopy.Of(reader, hidesError: true);
        var hidden = new QueryBatchReader(copy);
        hidden.Read();
        appender.CreateRow().AppendValue((long?)row.Sequence).AppendValue(copy.Data.ToArray()).AppendValue(hidden.Error).EndRow();
    }
}
