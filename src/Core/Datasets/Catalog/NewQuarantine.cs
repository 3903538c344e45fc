namespace Progeny.Core.Datasets.Catalog;

/// <summary>Rows that break a contract, on their way into the catalog.</summary>
public sealed record NewQuarantine
{
    /// <summary>The digest of a Parquet file in the artifact store: the rows as they came, their numbers and reasons.</summary>
    public required string Digest { get; init; }

    public required long Rows { get; init; }

    /// <summary>The size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many rows break each rule; a row may break several.</summary>
    public required IReadOnlyList<BrokenRule> Rules { get; init; }
}
