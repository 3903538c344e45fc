namespace Progeny.Abstractions.Explanations;

/// <summary>How contributions were computed; all are Shapley values of the same game.</summary>
public enum ExplanationMethod
{
    /// <summary>Exact for any model: all coalitions of the features in which the query differs from each background row.</summary>
    Enumeration,

    /// <summary>Exact for sums of trees, whatever the number of features, in the space in which the trees add up.</summary>
    Trees,

    /// <summary>An estimate with its standard errors: random orders of the features, each also reversed.</summary>
    Sampling,

    /// <summary>A rule before the model answered, so no feature has a part in it.</summary>
    Rule,
}
