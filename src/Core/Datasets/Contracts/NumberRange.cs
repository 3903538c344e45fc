namespace Progeny.Core.Datasets.Contracts;

/// <summary>Bounds of a figure, both inclusive; null: there is none.</summary>
public sealed record NumberRange(double? Minimum, double? Maximum)
{
    public static NumberRange Any { get; } = new(null, null);

    public bool IsAny => Minimum is null && Maximum is null;

    /// <summary>Whether a figure is within; one that is no number is not.</summary>
    public bool Contains(double value) =>
        IsAny || (!double.IsNaN(value) && !(value < Minimum) && !(value > Maximum));
}
