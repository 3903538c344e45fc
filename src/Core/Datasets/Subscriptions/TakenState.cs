namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>What became of an object.</summary>
public enum TakenState
{
    /// <summary>Its rows are in the dataset.</summary>
    Taken,

    /// <summary>It has other contents than those that were taken.</summary>
    Rewritten,

    /// <summary>It could not be taken.</summary>
    Refused,
}
