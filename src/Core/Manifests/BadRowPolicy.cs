namespace Progeny.Core.Manifests;

/// <summary>What becomes of a training whose source has a row that does not fit the schema.</summary>
public enum BadRowPolicy
{
    /// <summary>It fails.</summary>
    Fail,

    /// <summary>The row is left out, up to a share of all rows.</summary>
    Skip,
}
