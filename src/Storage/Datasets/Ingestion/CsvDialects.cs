using System.Globalization;
using System.Text;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Finds out how a CSV file writes its fields, from its first records.</summary>
internal static class CsvDialects
{
    private const int SampleBytes = 512 * 1024;

    private static readonly char[] _separators = [',', ';', '\t', '|'];

    /// <param name="text">The file, in UTF-8.</param>
    /// <param name="read">What was said about it.</param>
    /// <param name="isTabbed">Whether it says of itself that tabs separate its fields.</param>
    /// <param name="isSaid">Whether it says of itself that it is a table, so that one column is enough.</param>
    /// <returns>The dialect, the names that the header has or else null for each column, and what was assumed.</returns>
    /// <exception cref="UnreadableTableException">It is no such table.</exception>
    public static (CsvDialect Dialect, IReadOnlyList<string?> Names, string? Note) Detect(
        PlainText text, ReadOptions? read, bool isTabbed, bool isSaid)
    {
        var (sample, isWhole) = Sample(text);
        if (sample.Length == 0)
            throw new UnreadableTableException("It is empty.");
        var said = read?.Separator is { } one ? Single(one, "separator") : isTabbed ? '\t' : (char?)null;
        // Of those that read equally well the first, which is the most usual.
        var best = (said is { } only ? [only] : _separators)
            .Select(separator => Read(sample, isWhole, separator, read))
            .Where(reading => reading.Records.Records.Count > 0)
            .OrderByDescending(reading => Score(reading.Records))
            .ThenBy(reading => reading.Records.IsBroken)
            .FirstOrDefault();
        if (best.Records is null)
            throw new UnreadableTableException("It has no line that is not blank.");
        var records = best.Records.Records;
        if (records[0].Count == 1 && !isSaid && said is null)
            throw new UnreadableTableException("Its text has one column only; 'format' csv reads it as a table all the same.");
        var hasHeader = read?.Header ?? HasHeader(records, read?.Decimal == ",");
        var notes = hasHeader || read?.Header is false
            ? null
            : "Its first line was read as a row, not as names of columns; 'header' says otherwise.";
        var names = hasHeader ? Names(records[0]) : [.. Enumerable.Repeat<string?>(null, records[0].Count)];
        return (new CsvDialect(best.Separator, best.Quote, best.Escape, hasHeader), names, notes);
    }

    // More columns are better, and all records must agree on them; a record of another length is named when the file is read.
    private static double Score(CsvSample sample)
    {
        var columns = sample.Records[0].Count;
        return columns == 1 ? 0.01 : Math.Pow(sample.Consistency, 2) * (1 - (0.3 / columns));
    }

    // A quote that is not closed is an error of the file, not a sign that quotes mean nothing.
    private static (char Separator, char? Quote, char? Escape, CsvSample Records) Read(
        string sample, bool isWhole, char separator, ReadOptions? read)
    {
        var escape = read?.Escape is { } text ? Single(text, "escape") : (char?)null;
        var quote = read?.Quote switch
        {
            null => '"',
            "" => (char?)null,
            var said => Single(said, "quote"),
        };
        var usual = With(quote, escape ?? quote);
        if (escape is null && quote is not null && usual.Records.IsBroken && With(quote, '\\') is { Records.IsBroken: false } escaped)
            return escaped;
        if (read?.Quote is null && !usual.Records.HasQuotes
            && With('\'', escape ?? '\'') is { Records: { HasQuotes: true, IsBroken: false } } single)
            return single;
        return usual;

        (char Separator, char? Quote, char? Escape, CsvSample Records) With(char? around, char? before) =>
            (separator, around, before, CsvSample.Read(sample, isWhole, separator, around, before));
    }

    private static bool HasHeader(IReadOnlyList<IReadOnlyList<string>> records, bool hasCommas)
    {
        var head = records[0];
        // Some names are numbers, as years are: a text above numbers shows that this is a header all the same.
        return Enumerable.Range(0, head.Count).Any(i => !IsValue(head[i], hasCommas) && head[i].Length > 0
            && records.Skip(1).Where(record => record.Count > i && record[i].Length > 0).Select(record => record[i]).ToList()
                is { Count: > 0 } cells && cells.TrueForAll(cell => IsValue(cell, hasCommas)))
            || (!head.Any(cell => IsValue(cell, hasCommas)) && !head.All(string.IsNullOrWhiteSpace)
                && head.Distinct(StringComparer.Ordinal).Count() == head.Count);
    }

    private static bool IsValue(string cell, bool hasCommas) =>
        double.TryParse(hasCommas ? cell.Replace(',', '.') : cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || cell is "true" or "false"
        || (cell.Length >= 8 && char.IsAsciiDigit(cell[0])
            && DateTime.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.None, out _));

    private static List<string?> Names(IReadOnlyList<string> header) =>
        [.. header.Select(name => string.IsNullOrWhiteSpace(name) ? null : name.Trim())];

    private static (string Text, bool IsWhole) Sample(PlainText text)
    {
        using var file = File.OpenRead(text.Path);
        var bytes = new byte[Math.Max(SampleBytes, 2 * text.LongestLine)];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return (Encoding.UTF8.GetString(bytes, 0, read), read == file.Length);
    }

    private static char Single(string text, string option) => text is "\\t" or "tab" ? '\t'
        : text.Length == 1 && text[0] is not '\r' and not '\n' and < (char)128 ? text[0]
        : throw new IngestException($"'{text}' cannot be the '{option}' of a CSV file; it must be one ASCII character, such as ';' or 'tab'.");
}
