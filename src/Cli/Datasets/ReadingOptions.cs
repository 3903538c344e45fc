using System.CommandLine;

namespace Progeny.Cli.Datasets;

/// <summary>The options that say how a file is read.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<string?>[] texts =
    [
        Text("format", "What the file is: csv, tsv, json, ndjson, parquet, or file (it is kept, and not read).", "FORMAT"),
        Text("separator", "What separates the fields of a CSV file: one character, or tab.", "CHAR"),
        Text("quote", "What encloses fields: one character.", "CHAR"),
        Text("escape", "What stands before a quote in a quoted field: one character.", "CHAR"),
        Text("encoding", "Of a text: utf-8, utf-16, utf-16le, utf-16be, latin-1, windows-1252.", "NAME"),
        Text("decimal", "What separates the decimals of numbers: '.' or ','.", "CHAR"),
        Text("null", "The text that stands for no value, beside the empty one: NA.", "TEXT"),
        Text("types", "Types of columns: text, number, integer, boolean, date, timestamp, or DuckDB's own.", "code=text,price=number"),
        Text("description", "What the dataset is about.", "TEXT"),
        Text("once", "A key of yours: what is sent again with it is not taken again.", "KEY"),
    ];

    private readonly Option<bool?> header = new("--header")
    {
        Description = "Whether the first line has the names of the columns: true or false.", HelpName = "true|false",
    };

    public static ReadingOptions AddTo(Command command)
    {
        var options = new ReadingOptions();
        foreach (var option in options.texts)
            command.Add(option);
        command.Add(options.header);
        return options;
    }

    /// <summary>The options that were given, as the API names them.</summary>
    public IEnumerable<(string Name, string Value)> Read(ParseResult result)
    {
        foreach (var option in texts)
        {
            if (result.GetValue(option) is { } value)
                yield return (option.Name.TrimStart('-'), value);
        }

        if (result.GetValue(header) is { } isHeader)
            yield return ("header", isHeader ? "true" : "false");
    }

    private static Option<string?> Text(string name, string description, string help) =>
        new($"--{name}") { Description = description, HelpName = help };
}
