namespace Progeny.Core.Datasets.Contracts;

/// <summary>What a contract asks of whole tables: its member <c>x-table</c>.</summary>
public sealed record TableRules
{
    /// <summary>Sets of columns whose values, taken together, no two rows share. Rows after the first that do go to quarantine.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Unique { get; init; } = [];

    /// <summary>How old the newest value may be; null: there is no bound.</summary>
    public FreshnessRule? Freshness { get; init; }

    /// <summary>How many rows a table has.</summary>
    public NumberRange Rows { get; init; } = NumberRange.Any;

    /// <summary>By which share of the rows before a put may change them: 0.5 is half as many more.</summary>
    public NumberRange Change { get; init; } = NumberRange.Any;

    /// <summary>The greatest share of rows that may go to quarantine; null: all but one row may.</summary>
    public double? MaxQuarantined { get; init; }

    /// <summary>The bounds of distributions, by column.</summary>
    public IReadOnlyDictionary<string, DistributionBounds> Columns { get; init; } = new Dictionary<string, DistributionBounds>();
}
