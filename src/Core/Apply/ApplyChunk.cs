namespace Progeny.Core.Apply;

/// <summary>A chunk that is done: rows of the input that were applied to, and what came of them.</summary>
public sealed record ApplyChunk
{
    /// <summary>From 0, in the order of the input.</summary>
    public required int Number { get; init; }

    /// <summary>The rows of the input that it took.</summary>
    public required long Rows { get; init; }

    /// <summary>The digest of the Parquet file with the predictions; null: no row has one.</summary>
    public string? Output { get; init; }

    /// <summary>The rows in <see cref="Output"/>.</summary>
    public long OutputRows { get; init; }

    /// <summary>The size of <see cref="Output"/>.</summary>
    public long OutputBytes { get; init; }

    /// <summary>The digest of the file with the bad rows, as NDJSON; null: there are none.</summary>
    public string? Bad { get; init; }

    /// <summary>The number of bad rows.</summary>
    public long BadRows { get; init; }
}
