namespace Progeny.Core.Datasets.Contracts;

/// <summary>What a contract asks of the values of a column: a member of <c>properties</c>.</summary>
public sealed record ColumnRules
{
    public required string Name { get; init; }

    /// <summary>What the values are; null: anything.</summary>
    public ContractType? Type { get; init; }

    /// <summary>Whether a row must have a value.</summary>
    public bool IsRequired { get; init; }

    public ContractFormat Format { get; init; }

    /// <summary>The only values that are allowed, as texts; null: all are.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    public ContractNumber? Minimum { get; init; }

    public ContractNumber? Maximum { get; init; }

    public ContractNumber? ExclusiveMinimum { get; init; }

    public ContractNumber? ExclusiveMaximum { get; init; }

    public ContractNumber? MultipleOf { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    /// <summary>A regular expression that is found in the text.</summary>
    public string? Pattern { get; init; }
}
