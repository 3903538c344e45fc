using System.Text.Json.Serialization;

namespace Progeny.Core.Datasets.Catalog;

/// <summary>One version of a dataset. What it holds never changes; what was found out about it may be added.</summary>
public sealed record DatasetVersion
{
    /// <summary>The <see cref="Origin"/> of a version with the same rows in other parts.</summary>
    public const string Compaction = "compaction";

    /// <summary>The <see cref="Origin"/> of a version with appended rows.</summary>
    public const string Append = "append";

    public required string Dataset { get; init; }

    /// <summary>From 1, without gaps.</summary>
    public int Version { get; init; }

    public DatasetState State { get; init; }

    /// <summary>
    /// How it came: <c>put</c>, <c>append</c>, <c>folder</c>, <c>s3</c>, <c>query</c>, <c>replay</c>, <c>compaction</c>, <c>apply</c>.
    /// </summary>
    public required string Origin { get; init; }

    /// <summary>Where it came from, as a person would say it: the name of a file, an object's address, a feed. Never a secret.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// What the original is: <c>csv</c>, <c>tsv</c>, <c>json</c>, <c>ndjson</c>, <c>parquet</c>, with <c>+gzip</c> or <c>+zstd</c>; else
    /// <c>file</c>.
    /// </summary>
    public required string Format { get; init; }

    /// <summary>
    /// The SHA-256 of what was sent, under which it lies in the artifact store; null: there is no such file, as of appended rows.
    /// </summary>
    public string? Digest { get; init; }

    /// <summary>The bytes of what was sent.</summary>
    public long Bytes { get; init; }

    /// <summary>The rows of the whole table in this version; null: it is no table.</summary>
    public long? Rows { get; init; }

    /// <summary>The columns of the table; none: it is no table.</summary>
    public IReadOnlyList<DatasetColumn> Columns { get; init; } = [];

    /// <summary>How the file was to be read; null: as it looked.</summary>
    public ReadOptions? Read { get; init; }

    /// <summary>Why what was sent is no table, or what of it was read in a way that somebody may want otherwise; null: nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The digest of the profile in the artifact store; null: it was not made yet, or there is no table.</summary>
    public string? Profile { get; init; }

    /// <summary>The version of the contract that judged it; null: there was none.</summary>
    public int? Contract { get; init; }

    /// <summary>The rule for whole tables that it breaks, or broke until it was released; null: none.</summary>
    public string? HeldReason { get; init; }

    /// <summary>Who released or dropped it after it was held, when and why; null: nobody.</summary>
    public HeldDecision? Decision { get; init; }

    /// <summary>Who had its contents removed, when and why; null: they are there, or it was dropped after it was held.</summary>
    public DatasetRemoval? Removal { get; init; }

    /// <summary>Whether its table is that of the version before with rows behind it; set by the catalog.</summary>
    public bool IsAppended { get; init; }

    /// <summary>The rows that went to quarantine.</summary>
    public long Quarantined { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";

    /// <summary>Whether there is a table to read.</summary>
    [JsonIgnore]
    public bool IsTable => Columns.Count > 0;
}
