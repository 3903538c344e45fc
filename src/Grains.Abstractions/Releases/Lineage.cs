using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

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

    /// <summary>
    /// The place in the list of outcome reports from which queries were taken, inclusive; null: no queries were. A query was taken where
    /// its first report and its record lie before <see cref="QueriesTo"/> and <see cref="LogTo"/>, and did not before
    /// <see cref="QueriesFrom"/> and <see cref="LogFrom"/> already.
    /// </summary>
    [Id(9)] public long? QueriesFrom { get; init; }

    /// <summary>
    /// The place in the list of outcome reports up to which queries were taken, exclusive; the next incremental training begins there.
    /// Where no queries were, the end of that list when the training began: what lies behind is new since, whatever the clock says.
    /// </summary>
    [Id(10)] public long? QueriesTo { get; init; }

    /// <summary>The sequence number in the query log from which queries were taken, inclusive.</summary>
    [Id(11)] public long? LogFrom { get; init; }

    /// <summary>The sequence number in the query log up to which queries were taken, exclusive.</summary>
    [Id(12)] public long? LogTo { get; init; }

    /// <summary>How many of the rows read are logged queries.</summary>
    [Id(13)] public long QueryRows { get; init; }

    /// <summary>How many logged queries with an outcome were left out, because their record lacks a field.</summary>
    [Id(14)] public long QueriesSkipped { get; init; }

    /// <summary>The trainer's parameters that a search found, as a JSON object; null: the manifest's were taken.</summary>
    [Id(15)] public string? Parameters { get; init; }

    /// <summary>How many rows of the source were left out because they do not fit the schema.</summary>
    [Id(16)] public long RowsSkipped { get; init; }

    /// <summary>The SHA-256 of the artifact with the rows read, a Parquet file; null: they were not kept.</summary>
    [Id(17)] public string? Snapshot { get; init; }

    /// <summary>
    /// What the bytes of a model depend on beside rows, parameters and package, by name: machine, programs, threads. Empty: not known.
    /// </summary>
    [Id(18)] public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}
