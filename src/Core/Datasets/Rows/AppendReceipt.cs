namespace Progeny.Core.Datasets.Rows;

/// <summary>What became of a batch of rows. All of it is on disk.</summary>
public sealed record AppendReceipt
{
    /// <summary>The rows of the batch.</summary>
    public required int Rows { get; init; }

    /// <summary>The rows that were stored.</summary>
    public required int Stored { get; init; }

    /// <summary>The rows whose key was known with the same contents; they are not stored again.</summary>
    public int Repeated { get; init; }

    /// <summary>The rows whose key was known with other contents; they are not stored.</summary>
    public int Conflicting { get; init; }

    /// <summary>The lines of the first of the conflicting rows.</summary>
    public IReadOnlyList<int> ConflictingLines { get; init; } = [];

    /// <summary>The id of the batch; null: it has none.</summary>
    public string? Batch { get; init; }

    /// <summary>Whether a batch of this id was stored before: the other figures are those of then.</summary>
    public bool IsKnown { get; init; }
}
