namespace Progeny.Core.Datasets.Contracts;

/// <summary>One replay of quarantined rows.</summary>
public sealed record QuarantineReplay
{
    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    /// <summary>The version of the contract that judged the rows again; null: the dataset had none any more.</summary>
    public int? Contract { get; init; }

    /// <summary>The SQL expression of each column that was mapped.</summary>
    public IReadOnlyDictionary<string, string> Mapping { get; init; } = new Dictionary<string, string>();

    /// <summary>The rows that landed.</summary>
    public required long Landed { get; init; }

    /// <summary>The rows that still break the contract.</summary>
    public required long Remaining { get; init; }

    /// <summary>The version of the dataset with the rows that landed; null: none did.</summary>
    public int? Version { get; init; }
}
