namespace Progeny.Core.Datasets.Contracts;

/// <summary>One version of a dataset's contract. It never changes.</summary>
public sealed record ContractVersion
{
    public required string Dataset { get; init; }

    /// <summary>From 1, without gaps; given by the store.</summary>
    public int Version { get; init; }

    /// <summary>The contract as it was set: JSON Schema of a row with <c>x-table</c>.</summary>
    public required string Document { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>Who set it.</summary>
    public required string By { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Reason { get; init; }

    /// <summary>The distributions that new ones are compared with, by column.</summary>
    public IReadOnlyDictionary<string, Baseline> Baselines { get; init; } = new Dictionary<string, Baseline>();
}
