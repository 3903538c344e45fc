namespace Progeny.Core.Datasets.Contracts;

/// <summary>Bounds of the distribution of a column.</summary>
public sealed record DistributionBounds
{
    public NumberRange Mean { get; init; } = NumberRange.Any;

    /// <summary>Bounds of quantiles, by the share of values below: 0.5 is the median.</summary>
    public IReadOnlyDictionary<double, NumberRange> Quantiles { get; init; } = new Dictionary<double, NumberRange>();

    /// <summary>The share of rows without a value.</summary>
    public NumberRange Nulls { get; init; } = NumberRange.Any;

    /// <summary>The number of distinct values, about.</summary>
    public NumberRange Distinct { get; init; } = NumberRange.Any;

    /// <summary>The greatest population stability index against a version of the dataset; null: it is not computed.</summary>
    public double? MaxPsi { get; init; }

    /// <summary>The version to compare with; null: the newest when the contract is set.</summary>
    public int? PsiAgainst { get; init; }
}
