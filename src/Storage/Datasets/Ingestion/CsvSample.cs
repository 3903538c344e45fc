namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The first records of a CSV text, read in one of the ways in which they can be meant.</summary>
internal sealed class CsvSample
{
    private CsvSample(IReadOnlyList<IReadOnlyList<string>> records, bool isBroken)
    {
        Records = records;
        IsBroken = isBroken;
    }

    /// <summary>The records that end within the text.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Records { get; }

    /// <summary>Whether something follows a closing quote that is no separator, or a quoted field never ends.</summary>
    public bool IsBroken { get; }

    /// <summary>How many records have as many fields as the first one, of 1.</summary>
    public double Consistency => Records.Count == 0
        ? 0
        : (double)Records.Count(record => record.Count == Records[0].Count) / Records.Count;

    /// <summary>Whether a field is enclosed by quotes.</summary>
    public bool HasQuotes { get; private init; }

    /// <param name="text">The begin of a text.</param>
    /// <param name="isWhole">Whether it is all of it, so that its last record ends with it.</param>
    public static CsvSample Read(string text, bool isWhole, char separator, char? quote, char? escape)
    {
        List<IReadOnlyList<string>> records = [];
        List<string> record = [];
        var (position, isBroken, hasQuotes) = (0, false, false);
        while (position < text.Length)
        {
            var isQuoted = quote is not null && text[position] == quote;
            hasQuotes |= isQuoted;
            var end = isQuoted ? EndOfQuoted(text, position + 1, quote!.Value, escape ?? quote.Value) : EndOfPlain(text, position,
                separator);
            if (end < 0)
            {
                isBroken |= isWhole;
                break;
            }

            if (isQuoted && end < text.Length && text[end] != separator && text[end] is not '\r' and not '\n')
            {
                isBroken = true;
                end = EndOfPlain(text, end, separator);
            }

            if (end == text.Length && !isWhole)
                break;
            record.Add(isQuoted
                ? Unescaped(text[(position + 1)..Math.Max(position + 1, end - 1)], quote!.Value, escape ?? quote.Value)
                : text[position..end]);
            position = end;
            if (position < text.Length && text[position] == separator)
            {
                position++;
                if (position < text.Length || !isWhole)
                    continue;
                record.Add("");
            }

            // Blank lines are no records.
            if (record is not [""])
                records.Add(record);
            record = [];
            if (position < text.Length && text[position] == '\r')
                position++;
            if (position < text.Length && text[position] == '\n')
                position++;
        }

        return new CsvSample(records, isBroken) { HasQuotes = hasQuotes };
    }

    private static string Unescaped(string field, char quote, char escape) =>
        field.Replace($"{escape}{quote}", quote.ToString(), StringComparison.Ordinal);

    private static int EndOfPlain(string text, int from, char separator)
    {
        var end = text.AsSpan(from).IndexOfAny(separator, '\r', '\n');
        return end < 0 ? text.Length : from + end;
    }

    // Behind the closing quote; -1: there is none.
    private static int EndOfQuoted(string text, int from, char quote, char escape)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (escape != quote && text[i] == escape)
                i++;
            else if (text[i] == quote && escape == quote && i + 1 < text.Length && text[i + 1] == quote)
                i++;
            else if (text[i] == quote)
                return i + 1;
        }

        return -1;
    }
}
