using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>What DuckDB says when it fails on a file, for who sent the file.</summary>
internal static partial class DuckDbFaults
{
    private const int MaxShown = 300;

    /// <summary>Whether it failed for want of memory or disk, which is not the file's fault.</summary>
    public static IngestException? NoRoom(DuckDBException exception)
    {
        var message = exception.Message;
        if (message.Contains("No space left", StringComparison.OrdinalIgnoreCase))
            return new IngestException("The disk of the node is full; nothing of the file is left.", exception) { IsNoRoom = true };
        return message.StartsWith("Out of Memory", StringComparison.OrdinalIgnoreCase) || message.Contains("max_temp_directory_size",
            StringComparison.Ordinal)
            ? new IngestException(
                "The file takes more memory, or more bytes of temporary files, than the node gives to one piece of work (Datasets:Memory, "
                    + $"Datasets:TemporaryBytes): {Short(message)}",
                exception)
            {
                IsNoRoom = true,
            }
            : null;
    }

    /// <summary>Why a file cannot be read, with the line where DuckDB says it.</summary>
    public static UnreadableTableException Unreadable(DuckDBException exception, SourceTable? table, TableRequest request)
    {
        // Where the node has put the file is nobody's business.
        var message = exception.Message.Replace(request.Path, "the file", StringComparison.Ordinal)
            .Replace(request.Folder, "the file", StringComparison.Ordinal);
        if (CsvLine().Match(message) is not { Success: true } line)
            return new UnreadableTableException(Short(message), exception);
        var where = $"Line {line.Groups["line"].Value}";
        var counts = CsvCounts().Match(message);
        var text = CsvOriginal().Match(message) is { Success: true } original ? $": {Short(original.Groups["text"].Value)}" : ".";
        return new UnreadableTableException(
            counts.Success
                ? $"{where} has {Fields(counts.Groups["found"].Value)} where the table has {table?.Columns.Count ?? 0}{text}"
                : message.Contains("unterminated quote", StringComparison.Ordinal)
                    ? $"{where} begins a quoted field that does not end as it should; 'quote' says what encloses fields{text}"
                    : message.Contains("Maximum line size", StringComparison.Ordinal)
                        ? $"{where} has a record of more than {CsvTable.MaxRecordBytes:N0} bytes; a quote may not be closed."
                        : $"{where}: {Short(message)}",
            exception);
    }

    /// <summary>The first lines of a message, without advice about settings that nobody has here.</summary>
    public static string Short(string message)
    {
        var end = message.IndexOf("\nPossible", StringComparison.Ordinal);
        end = end < 0 ? message.IndexOf("\nTry ", StringComparison.Ordinal) : end;
        end = end < 0 ? message.IndexOf("\nLINE ", StringComparison.Ordinal) : end;
        var text = string.Join(' ', (end < 0 ? message : message[..end]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length > MaxShown ? text[..MaxShown] + "…" : text;
    }

    private static string Fields(string count) =>
        int.Parse(count, CultureInfo.InvariantCulture) == 1 ? "1 field" : $"{count} fields";

    [GeneratedRegex(@"CSV Error on Line: (?<line>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CsvLine();

    [GeneratedRegex(@"Expected Number of Columns: \d+ Found: (?<found>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CsvCounts();

    [GeneratedRegex(@"Original Line: (?<text>[^\n]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CsvOriginal();
}
