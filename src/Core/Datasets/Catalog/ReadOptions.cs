namespace Progeny.Core.Datasets.Catalog;

/// <summary>How a file is read, where that is not to be found out from its contents. What is null is found out.</summary>
public sealed record ReadOptions
{
    /// <summary><c>csv</c>, <c>tsv</c>, <c>json</c>, <c>ndjson</c>, <c>parquet</c>, or <c>file</c>: it is kept, and not read.</summary>
    public string? Format { get; init; }

    /// <summary>What separates the fields of a CSV file: one character.</summary>
    public string? Separator { get; init; }

    /// <summary>What encloses fields: one character; empty: nothing.</summary>
    public string? Quote { get; init; }

    /// <summary>What stands before a quote inside of a quoted field: one character, in most files the quote itself.</summary>
    public string? Escape { get; init; }

    /// <summary>Whether the first line has the names of the columns.</summary>
    public bool? Header { get; init; }

    /// <summary>The encoding of a text: <c>utf-8</c>, <c>utf-16</c>, <c>utf-16le</c>, <c>utf-16be</c>, <c>latin-1</c>,
    /// <c>windows-1252</c>.</summary>
    public string? Encoding { get; init; }

    /// <summary>What separates the decimals of numbers: <c>.</c> (also where this is null) or <c>,</c>.</summary>
    public string? Decimal { get; init; }

    /// <summary>The text that stands for no value beside the empty one, such as <c>NA</c>.</summary>
    public string? Null { get; init; }

    /// <summary>The types of columns by name: <c>text</c>, <c>number</c>, <c>integer</c>, <c>boolean</c>, <c>date</c>, <c>timestamp</c>, or a
    /// type as DuckDB writes it.</summary>
    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>();
}
