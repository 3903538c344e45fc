using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DuckDB.NET.Data;
using Progeny.Abstractions.QueryLog;
using Progeny.Abstractions.Releases;
using Progeny.Core.Common;
using Progeny.Core.QueryLog;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Finds archived queries, newest day first. An id that Progeny gave names its day, which is searched first.</summary>
internal sealed class ArchiveSearch(IArchiveFiles files, DuckDbEngine engine)
{
    private const int UuidVersionAt = 14;
    private const int RowsAtOnce = 8_192;

    /// <summary>The columns of a table <c>r</c> that <see cref="Read"/> reads.</summary>
    internal const string Columns =
        "r.sequence, generation_project, release, generation, retention_s, layout, record, outcomes, r.request_row, r.request_rows";

    public async Task<LoggedQuery?> FindAsync(
        string project, string queryId, long? sequence, CancellationToken cancellationToken)
    {
        var wanted = $"query_id = {SqlText.Literal(queryId)}"
            + (sequence is { } place ? string.Create(CultureInfo.InvariantCulture, $" AND sequence = {place}") : "");
        foreach (var file in Ordered(await files.ListAsync(project, cancellationToken), queryId))
        {
            // 'at' is a word of DuckDB's own.
            var rows = await QueryAsync(
                file,
                project,
                table => $"SELECT {Columns} FROM {table} AS r WHERE {wanted} ORDER BY r.\"at\" DESC, r.sequence DESC",
                cancellationToken);
            if (rows is [var newest, ..])
                return new LoggedQuery(newest.Sequence, newest.Record, rows.Count, newest.Outcomes)
                {
                    Others = [.. rows.Skip(1).Select(row => row.Sequence)],
                };
        }

        return null;
    }

    public async Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(
        string project, long sequence, CancellationToken cancellationToken)
    {
        foreach (var (file, _) in await files.ListAsync(project, cancellationToken))
        {
            var rows = await QueryAsync(
                file,
                project,
                table => string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    WITH one AS (SELECT sequence - request_row AS first, request_rows AS count FROM {table} WHERE sequence = {sequence})
                    SELECT {Columns} FROM {table} AS r, one WHERE r.sequence >= one.first AND r.sequence < one.first + one.count
                    ORDER BY r.sequence
                    """),
                cancellationToken);
            if (rows.Count > 0)
                return ([.. rows.Select(row => row.Record)], rows.ToList().FindIndex(row => row.Sequence == sequence));
        }

        return ([], -1);
    }

    /// <summary>Streams all archived records, file by file, some thousands at a time.</summary>
    public async IAsyncEnumerable<LoggedQuery> ReadAsync(
        string project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (file, _) in await files.ListAsync(project, cancellationToken))
        {
            for (long? after = -1; after is not null;)
            {
                var from = after.Value;
                var rows = await QueryAsync(
                    file,
                    project,
                    table => string.Create(
                        CultureInfo.InvariantCulture,
                        $"SELECT {Columns} FROM {table} AS r WHERE r.sequence > {from} ORDER BY r.sequence LIMIT {RowsAtOnce}"),
                    cancellationToken);
                foreach (var row in rows)
                    yield return new LoggedQuery(row.Sequence, row.Record, 1, row.Outcomes);
                after = rows.Count < RowsAtOnce ? null : rows[^1].Sequence;
            }
        }
    }

    /// <summary>The record of a row that <see cref="Columns"/> were read of.</summary>
    internal static LogRecord Read(string project, IDataRecord row)
    {
        using var data = (Stream)row.GetValue(6);
        var bytes = new byte[data.Length];
        data.ReadExactly(bytes);
        var copy = new QueryBatch
        {
            Project = project,
            Generation = new GenerationReference(row.GetString(1), row.GetString(2), (int)row.GetInt64(3)),
            Layout = JsonSerializer.Deserialize<QueryLayout>(row.GetString(5), LayoutJson.Options)!,
            Count = 1,
            Data = bytes,
            Retention = TimeSpan.FromSeconds(row.GetInt64(4)),
        };
        var reader = new QueryBatchReader(copy);
        if (!reader.Read())
            throw new InvalidDataException("An archived record is empty.");
        return new LogRecord(
            row.GetInt64(0),
            row.GetInt32(8),
            row.GetInt32(9),
            copy,
            reader.ToRecord(),
            row.IsDBNull(7) ? [] : JsonSerializer.Deserialize<List<ReportedOutcome>>(row.GetString(7), LayoutJson.Options)!);
    }

    private static IEnumerable<string> Ordered(IReadOnlyList<(string Name, long Bytes)> found, string queryId)
    {
        var names = found.Select(file => file.Name).Reverse().ToList();
        if (!Guid.TryParseExact(queryId, "D", out var id) || queryId[UuidVersionAt] != '7')
            return names;
        // It was made when the query was answered, by the clock of the node that answered.
        var at = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        var day = $"/day={at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}/";
        return names.OrderBy(name => !name.Contains(day, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<LogRecord>> QueryAsync(
        string name, string project, Func<string, string> sql, CancellationToken cancellationToken)
    {
        var folder = engine.CreateFolder();
        try
        {
            var path = files.PathOf(name) ?? Path.Combine(folder, "part.parquet");
            if (files.PathOf(name) is null)
                await files.BringAsync(name, path, cancellationToken);
            await using var session = engine.Open(new DuckDbAccess([path], []));
            return await session.QueryAsync(
                sql(ArchiveWriter.Read([path])), row => Read(project, row), cancellationToken);
        }
        catch (DuckDBException exception)
        {
            throw new IOException($"The archived file {name} cannot be read: {exception.Message}", exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
