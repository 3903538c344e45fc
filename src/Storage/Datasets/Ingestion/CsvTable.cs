using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Opens the table of a CSV file.</summary>
internal static class CsvTable
{
    /// <summary>The most bytes of one record.</summary>
    public const long MaxRecordBytes = 16L << 20;

    private const long UsualRecordBytes = 1L << 20;

    public static SourceTable Open(
        PlainText text, string format, bool isSaid, TableRequest request, CancellationToken cancellationToken)
    {
        var read = request.Read;
        if (text.LongestLine > MaxRecordBytes)
            throw new UnreadableTableException($"It has a line of {text.LongestLine:N0} bytes; the most that is read is "
                + $"{MaxRecordBytes:N0}.");
        var (dialect, names, note) = CsvDialects.Detect(text, read, format == FileKind.Tsv, isSaid);
        TableColumns.Check(names.Count);
        var path = text.Path;
        if (text.HasMixedLines)
        {
            path = Path.Combine(request.Folder, "lines");
            CsvLines.Unify(text.Path, dialect, path, cancellationToken);
        }

        if (request.NeedsNames)
            TableColumns.CheckNames(names);
        var columns = TableColumns.Unique(names.Select((name, i) => name ?? string.Create(CultureInfo.InvariantCulture, $"column{i + 1}")));
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            read_csv({{SqlText.Literal(path)}}, auto_detect = false, delim = {{Character(dialect.Separator)}},
                quote = {{Character(dialect.Quote)}},
                escape = {{Character(dialect.Escape)}}, header = {{dialect.HasHeader}}, comment = '', skip = 0, strict_mode = true,
                    null_padding = false,
                nullstr = ['', {{SqlText.Literal(read?.Null ?? "")}}], max_line_size = {{Math.Max(UsualRecordBytes, text.LongestLine
                    + 2)}},
                columns = { {{string.Join(", ", columns.Select(column => $"{SqlText.Literal(column)}: 'VARCHAR'"))}} }{{(request.ListsBrokenLines ? $", {BrokenLines.Options}" : "")}})
            """);
        return new SourceTable(
            dialect.Separator == '\t' ? FileKind.Tsv : FileKind.Csv,
            sql,
            [.. columns.Select(column => new SourceColumn(column, ValueOf(column, read), null) { Text = SqlText.Name(column) })],
            TextType.OfFields(request.Typing),
            null,
            TableColumns.Join(text.Note, note));
    }

    // With commas for points, and the other way round, so that 1.234,5 becomes no number either.
    private static string ValueOf(string column, ReadOptions? read) => read?.Decimal switch
    {
        null or "." => SqlText.Name(column),
        "," => $"translate({SqlText.Name(column)}, ',.', '.,')",
        _ => throw new IngestException($"'{read.Decimal}' cannot be 'decimal', what separates the decimals of numbers; it is '.' or ','."),
    };

    private static string Character(char? value) => SqlText.Literal(value?.ToString() ?? "");
}
