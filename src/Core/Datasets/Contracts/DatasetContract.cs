namespace Progeny.Core.Datasets.Contracts;

/// <summary>A contract as it is judged by.</summary>
public sealed record DatasetContract
{
    public required IReadOnlyList<ColumnRules> Columns { get; init; }

    /// <summary>Whether a table may have columns that the contract does not name.</summary>
    public bool AllowsOtherColumns { get; init; } = true;

    public TableRules Table { get; init; } = new();
}
