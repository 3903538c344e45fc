namespace Progeny.Core.Datasets.Contracts;

/// <summary>What became of quarantined rows.</summary>
public enum QuarantineState
{
    /// <summary>There are rows that wait for a replay.</summary>
    Waiting,

    /// <summary>All rows have landed in the dataset.</summary>
    Landed,

    /// <summary>Somebody dropped what was left.</summary>
    Dropped,
}
