namespace Progeny.Abstractions.Drift;

/// <summary>How two samples of a column are compared.</summary>
public enum DriftTest
{
    /// <summary>Numbers: the greatest distance of the cumulative shares (Kolmogorov–Smirnov), missing values below all numbers.</summary>
    KolmogorovSmirnov,

    /// <summary>Categories: chi-square of homogeneity, missing values a category of their own.</summary>
    ChiSquare,

    /// <summary>Numbers: how many lie outside the range of the training.</summary>
    OutOfRange,
}
