using System.Globalization;
using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Makes a table with typed columns, as Parquet, of a file in any format.</summary>
/// <param name="maxBytes">The most bytes of an unpacked file.</param>
internal sealed class TableReader(DuckDbEngine engine, long maxBytes)
{
    // Values of one row group: more would take more memory than they save on disk.
    private const long ValuesOfGroup = 6_000_000;
    private const long MaxRowsOfGroup = 122_880;
    private const long MinRowsOfGroup = 2_048;

    /// <exception cref="IngestException">The options are wrong, or there is no room.</exception>
    public async Task<ReadTable> ReadAsync(TableRequest request, CancellationToken cancellationToken)
    {
        Check(request.Read);
        var kind = FileKind.Detect(request.Path, request.FileName, request.Read);
        if (kind.Format == FileKind.File)
            return new ReadTable(kind.ToString(), null, [], 0, "It was not read as a table, as its name or 'format' says.");
        SourceTable? table = null;
        try
        {
            // The session may read the folder only, in which the file is one by another name.
            await using var session = engine.Open(new DuckDbAccess([request.Path], [request.Folder]));
            try
            {
                table = await OpenAsync(session, request, kind, cancellationToken);
                kind = kind with { Format = table.Format };
                var target = Path.Combine(request.Folder, "table.parquet");
                var (columns, rows) = await WriteAsync(session, table, request, target, cancellationToken);
                var read = new ReadTable(kind.ToString(), target, columns, rows, table.Note);
                return request.ListsBrokenLines && table.Format is FileKind.Csv or FileKind.Tsv
                    ? await BrokenLines.AddAsync(session, read, Path.Combine(request.Folder, "broken.ndjson"), cancellationToken)
                    : read;
            }
            catch (DuckDBException exception)
            {
                throw DuckDbFaults.NoRoom(exception) ?? (Exception)DuckDbFaults.Unreadable(exception, table, request);
            }
        }
        catch (UnreadableTableException exception)
        {
            return new ReadTable(
                (kind.Format is null or FileKind.File ? kind with { Format = FileKind.File } : kind).ToString(), null, [], 0,
                    exception.Message);
        }
    }

    private async Task<SourceTable> OpenAsync(
        DuckDbSession session, TableRequest request, FileKind kind, CancellationToken cancellationToken)
    {
        var files = new TextFile(maxBytes);
        var path = request.Path;
        var target = Path.Combine(request.Folder, "plain");
        if (kind is { Format: FileKind.Parquet or null, Compression: { } compression } && await IsPackedParquetAsync(path, kind))
        {
            await files.UnpackAsync(path, compression, target, cancellationToken);
            return await ParquetTable.OpenAsync(session, target, cancellationToken);
        }

        if (kind.Format == FileKind.Parquet)
            return await ParquetTable.OpenAsync(session, path, cancellationToken);
        var text = await files.ReadAsync(path, kind.Compression, request.Read?.Encoding, target, cancellationToken);
        var format = kind.Format ?? (await IsJsonAsync(text.Path) ? FileKind.Json : FileKind.Csv);
        return format is FileKind.Json or FileKind.NdJson
            ? await JsonTable.OpenAsync(session, text, format, request.Typing, cancellationToken)
            : await Task.Run(
                () => CsvTable.Open(text, format, kind.Format is not null, request, cancellationToken), cancellationToken);
    }

    private static async Task<(IReadOnlyList<DatasetColumn> Columns, long Rows)> WriteAsync(
        DuckDbSession session,
        SourceTable table,
        TableRequest request,
        string target,
        CancellationToken cancellationToken)
    {
        if (table.Columns.Count == 0)
            throw new UnreadableTableException("It has no columns.");
        var declared = await DeclaredTypes.ReadAsync(session, table, request.Read, cancellationToken);
        var undeclared = table with { Columns = [.. table.Columns.Where(column => !declared.ContainsKey(column.Name))] };
        var finder = new TypeFinder(
            session,
            undeclared,
            request.Known.DistinctBy(column => column.Name).ToDictionary(column => column.Name, column => column.Type),
            request.Texts.ToHashSet(StringComparer.OrdinalIgnoreCase));
        await finder.SampleAsync(cancellationToken);
        while (true)
        {
            var found = finder.Readings;
            ColumnReading[] readings =
            [
                .. table.Columns.Select(column => declared.GetValueOrDefault(column.Name)
                    ?? found.GetValueOrDefault(column.Name) ?? new ColumnReading(column, null, null, IsDeclared: false)),
            ];
            try
            {
                var rows = await CopyAsync(session, table, readings, target, request.IsTemporary, cancellationToken);
                if (table.Rows is { } said && said != rows)
                    throw new UnreadableTableException($"Its footer says {said:N0} rows, and {rows:N0} could be read; the file is "
                        + "damaged.");
                return (await session.DescribeAsync($"read_parquet({SqlText.Literal(target)})", cancellationToken), rows);
            }
            catch (DuckDBException exception)
                when (exception.Message.IndexOf(ColumnReading.Contradiction, StringComparison.Ordinal) is var at and >= 0)
            {
                var parts = exception.Message[(at + ColumnReading.Contradiction.Length)..].Split(':', 2);
                var reading = readings[int.Parse(parts[0], CultureInfo.InvariantCulture)];
                if (reading.IsDeclared)
                    throw await ContradictedAsync(session, table, reading, cancellationToken);
                if (finder.IsComplete)
                    throw;
                await finder.CompleteAsync(cancellationToken);
            }
        }
    }

    private static async Task<long> CopyAsync(
        DuckDbSession session,
        SourceTable table,
        ColumnReading[] readings,
        string target,
        bool isTemporary,
        CancellationToken cancellationToken)
    {
        var group = Math.Clamp(ValuesOfGroup / readings.Length, MinRowsOfGroup, MaxRowsOfGroup);
        return await session.WriteParquetAsync(
            $"SELECT {string.Join(", ", readings.Select((reading, i) => reading.Value(i)))} FROM {table.Sql}",
            target,
            $"{(isTemporary ? DuckDbSession.QuickParquet : "COMPRESSION zstd")}, ROW_GROUP_SIZE {group}",
            cancellationToken);
    }

    private static async Task<IngestException> ContradictedAsync(
        DuckDbSession session, SourceTable table, ColumnReading reading, CancellationToken cancellationToken)
    {
        var first = await session.QueryAsync(
            $"SELECT n, v FROM (SELECT row_number() OVER () AS n, {reading.Column.Text}::VARCHAR AS v, {reading.Accepts} AS is_right FROM "
                + $"{table.Sql}) "
                + "WHERE v IS NOT NULL AND NOT is_right LIMIT 1",
            row => (Number: row.GetInt64(0), Value: row.GetString(1)),
            cancellationToken);
        var (number, value) = first[0];
        return new IngestException(
            $"Row {number:N0} has {DuckDbFaults.Short($"'{value}'")} in the column '{reading.Column.Name}', which is no "
                + $"{reading.SqlType}, as "
                + "'types' says; say text to keep what is there.");
    }

    private static void Check(ReadOptions? read)
    {
        if (read?.Format is { } format && !FileKind.Formats.Contains(format))
            throw new IngestException($"'{format}' is no 'format'; there are {string.Join(", ", FileKind.Formats)}.");
        _ = TextEncodings.Named(read?.Encoding);
    }

    private static async Task<bool> IsPackedParquetAsync(string path, FileKind kind)
    {
        var head = new byte[4];
        await using var source = TextFile.Open(path, kind.Compression);
        return await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head.AsSpan().SequenceEqual("PAR1"u8);
    }

    private static async Task<bool> IsJsonAsync(string path)
    {
        var head = new byte[4096];
        await using var file = File.OpenRead(path);
        var text = head.AsMemory(0, await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false)).TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text.Span[0] is (byte)'{' or (byte)'[';
    }
}
