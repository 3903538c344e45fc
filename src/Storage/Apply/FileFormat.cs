namespace Progeny.Storage.Apply;

/// <summary>The format of a file that was sent, by the ending of its name.</summary>
/// <param name="Name">The format, for messages.</param>
/// <param name="Ending">The ending, with that of the compression.</param>
internal sealed record FileFormat(string Name, string Ending)
{
    private static readonly FileFormat[] _formats =
    [
        new("Parquet", ".parquet"), new("CSV", ".csv"), new("TSV", ".tsv"), new("NDJSON", ".ndjson"), new("NDJSON", ".jsonl"),
        new("JSON", ".json"),
    ];

    private static readonly string[] _compressions = ["", ".gz", ".zst"];

    public bool IsParquet => Name == "Parquet";

    public bool IsJson => Name is "JSON" or "NDJSON";

    /// <summary>The format of a file; null: its name has no known ending.</summary>
    public static FileFormat? Of(string name)
    {
        foreach (var format in _formats)
        {
            foreach (var compression in _compressions)
            {
                var ending = format.Ending + compression;
                if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && !(format.IsParquet && compression.Length > 0))
                    return format with { Ending = ending };
            }
        }

        return null;
    }

    /// <summary>What is wrong with a name that has no known ending.</summary>
    public static string Problem(string name) =>
        $"The name of the file, '{name}', does not say its format; it must end in "
            + $"{string.Join(", ", _formats.Select(format => format.Ending))}, all but Parquet also with .gz or .zst behind it.";
}
