using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Datasets.Contracts;

/// <summary>The rows of one version of a dataset that are in quarantine.</summary>
public sealed record QuarantineEntry
{
    public required string Dataset { get; init; }

    /// <summary>The version that they came with, which names the entry.</summary>
    public required int Version { get; init; }

    /// <summary>The version of the contract that they break.</summary>
    public int? Contract { get; init; }

    public QuarantineState State { get; init; }

    /// <summary>
    /// The digest of a Parquet file in the artifact store: number of the row in its version, from 1, rules, reasons, then the columns of
    /// the row as it came.
    /// </summary>
    public required string Digest { get; init; }

    /// <summary>The rows that are in it now.</summary>
    public required long Rows { get; init; }

    public required long Bytes { get; init; }

    /// <summary>How many rows break each rule; a row may break several.</summary>
    public required IReadOnlyList<BrokenRule> Rules { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The replays, the oldest first.</summary>
    public IReadOnlyList<QuarantineReplay> Replays { get; init; } = [];

    /// <summary>Who dropped what was left, and why; null: nobody.</summary>
    public HeldDecision? Dropped { get; init; }
}
