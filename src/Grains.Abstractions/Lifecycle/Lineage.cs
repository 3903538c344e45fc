namespace Progeny.Abstractions.Lifecycle;

/// <summary>Where a generation came from.</summary>
[GenerateSerializer, Immutable, Alias("progeny.lineage")]
public sealed record Lineage
{
    /// <summary>The job that made it.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>The SHA-256 of the release's package.</summary>
    [Id(1)] public required string PackageDigest { get; init; }

    /// <summary>The SHA-256 of the training rows as the trainer saw them; null for a finished model without a source.</summary>
    [Id(2)] public string? DataDigest { get; init; }

    /// <summary>How many rows it was trained on.</summary>
    [Id(3)] public long Rows { get; init; }

    /// <summary>The ordinal from which rows were taken, inclusive; null: from the first.</summary>
    [Id(4)] public string? From { get; init; }

    /// <summary>The ordinal up to which rows were taken, exclusive; null: to the last.</summary>
    [Id(5)] public string? To { get; init; }

    /// <summary>The ordinal of the first row read; null: rows have no order.</summary>
    [Id(6)] public string? FirstOrdinal { get; init; }

    /// <summary>The ordinal of the last row read.</summary>
    [Id(7)] public string? LastOrdinal { get; init; }

    /// <summary>The generation whose state it continued; null: trained from nothing.</summary>
    [Id(8)] public int? Previous { get; init; }
}
