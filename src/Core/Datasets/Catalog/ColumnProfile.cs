namespace Progeny.Core.Datasets.Catalog;

/// <summary>What the values of a column look like.</summary>
public sealed record ColumnProfile
{
    public required string Name { get; init; }

    /// <inheritdoc cref="DatasetColumn.Type"/>
    public required string Type { get; init; }

    /// <summary>The rows without a value.</summary>
    public long Nulls { get; init; }

    /// <summary>How many values there are that differ, estimated by HyperLogLog: within a few percent.</summary>
    public long Distinct { get; init; }

    /// <summary>The least value, as text of at most <see cref="MaxText"/> characters; null: there is no value.</summary>
    public string? Min { get; init; }

    /// <summary>The greatest value.</summary>
    public string? Max { get; init; }

    /// <summary>The mean of the numbers; null: these are none.</summary>
    public double? Mean { get; init; }

    /// <summary>The standard deviation of the numbers.</summary>
    public double? Deviation { get; init; }

    /// <summary>The quantiles 0, 0.05 … 1 of the numbers, or of times in seconds since 1970, estimated by t-digest; empty: these are
    /// none.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>The most frequent values with how often they occur, where values occur often.</summary>
    public IReadOnlyList<ValueCount> Top { get; init; } = [];

    /// <summary>Some values, as they come first.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>The shortest and the longest text; null: these are no texts.</summary>
    public long? MinLength { get; init; }

    /// <inheritdoc cref="MinLength"/>
    public long? MaxLength { get; init; }

    /// <summary>What most of the texts look like though their column is no such type; null: nothing.</summary>
    public LikelyType? Looks { get; init; }

    /// <summary>The characters that are shown of a value.</summary>
    public const int MaxText = 200;

    /// <summary>The quantiles that are kept: this many steps from 0 to 1.</summary>
    public const int QuantileSteps = 20;
}
