using Progeny.Core.Datasets.Catalog;

namespace Progeny.Core.Apply;

/// <summary>What a job applies to, fixed at its begin: all attempts read the same rows in the same chunks.</summary>
public sealed record ApplyPlan
{
    /// <summary>The Parquet files with the rows, in their order.</summary>
    public required IReadOnlyList<DatasetPart> Parts { get; init; }

    /// <summary>The columns of the rows.</summary>
    public required IReadOnlyList<DatasetColumn> Columns { get; init; }

    /// <summary>The input as a person says it, such as <c>dataset:orders@7</c>.</summary>
    public required string Input { get; init; }

    /// <summary>The rows of a chunk.</summary>
    public required int ChunkRows { get; init; }

    /// <summary>The digest of the list, as NDJSON, of lines that are no rows; null: all are.</summary>
    public string? Broken { get; init; }

    /// <summary>How many lines are no rows.</summary>
    public long BrokenLines { get; init; }

    /// <summary>The chunk whose rows may be in the query log, though it is not done; null: none.</summary>
    public int? Logging { get; init; }

    /// <summary>What the job made, once it is done.</summary>
    public ApplyReport? Report { get; init; }

    /// <summary>The rows of all parts.</summary>
    public long Rows => Parts.Sum(part => part.Rows);
}
