namespace Progeny.Core.Manifests;

/// <summary>How parameters are searched for.</summary>
public enum TuneMethod
{
    /// <summary>Every trial gets all rows.</summary>
    Random,

    /// <summary>Successive halving: all trials begin with few rows; the better half goes on with twice as many.</summary>
    Halving,
}
