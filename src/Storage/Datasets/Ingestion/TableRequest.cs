using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>A file that is to be read as a table.</summary>
/// <param name="Path">The file; it must not change.</param>
/// <param name="Folder">For files of this work; the caller deletes it.</param>
internal sealed record TableRequest(string Path, string Folder)
{
    /// <summary>The name that the file has for its owner; its ending tells the format.</summary>
    public string? FileName { get; init; }

    /// <summary>What is known of its format.</summary>
    public ReadOptions? Read { get; init; }

    /// <summary>The columns that the dataset has already, whose types are preferred.</summary>
    public IReadOnlyList<DatasetColumn> Known { get; init; } = [];

    /// <summary>The types that texts can become.</summary>
    public TableTyping Typing { get; init; }

    /// <summary>Columns whose values keep their writing: whole numbers, if all are, or texts.</summary>
    public IReadOnlyCollection<string> Texts { get; init; } = [];

    /// <summary>Whether each column must have a name of its own in the file; otherwise it is given one.</summary>
    public bool NeedsNames { get; init; }

    /// <summary>Whether lines of a CSV file that are no rows are listed and left out; otherwise the file is no table.</summary>
    public bool ListsBrokenLines { get; init; }

    /// <summary>Whether the Parquet file is soon read and deleted, so that speed counts more than size.</summary>
    public bool IsTemporary { get; init; }
}
