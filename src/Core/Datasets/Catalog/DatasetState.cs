namespace Progeny.Core.Datasets.Catalog;

/// <summary>What became of a version.</summary>
public enum DatasetState
{
    /// <summary>It is read.</summary>
    Ready,

    /// <summary>It breaks a rule of the contract for whole tables, and is not read until somebody releases it.</summary>
    Held,

    /// <summary>Its contents were removed by policy or by a person; what is known of it stays.</summary>
    Removed,
}
