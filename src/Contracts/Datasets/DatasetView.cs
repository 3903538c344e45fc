namespace Progeny.Contracts.Datasets;

/// <summary>A dataset as lists show it.</summary>
public sealed record DatasetView
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The number of the newest version; 0: there is none.</summary>
    public required int Latest { get; init; }

    /// <summary>What became of it.</summary>
    public string? State { get; init; }

    /// <summary>What the file was: <c>csv</c>, <c>parquet+gzip</c>, <c>file</c> …</summary>
    public string? Format { get; init; }

    /// <summary>The rows of its table; null: it is no table.</summary>
    public long? Rows { get; init; }

    /// <summary>The number of its columns.</summary>
    public int Columns { get; init; }

    /// <summary>The bytes of what was sent.</summary>
    public long Bytes { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string? UpdatedBy { get; init; }
}
