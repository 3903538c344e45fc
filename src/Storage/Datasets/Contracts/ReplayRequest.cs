namespace Progeny.Storage.Datasets.Contracts;

/// <summary>Quarantined rows are to be judged again.</summary>
public sealed record ReplayRequest
{
    public required string Dataset { get; init; }

    /// <summary>The version that the rows came with.</summary>
    public required int Version { get; init; }

    /// <summary>A SQL expression over the columns of the row, by the column that has its value then.</summary>
    public IReadOnlyDictionary<string, string> Mapping { get; init; } = new Dictionary<string, string>();

    public required string By { get; init; }

    /// <summary>Whether rows land though the table that they came with has been replaced since.</summary>
    public bool Force { get; init; }
}
