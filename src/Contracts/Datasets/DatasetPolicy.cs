namespace Progeny.Contracts.Datasets;

/// <summary>What people may change of a dataset; what is null stays as it is.</summary>
public sealed record DatasetPolicy
{
    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>How many versions are kept; 0: all.</summary>
    public int? KeepVersions { get; init; }

    /// <summary>How many days a version is kept that is not the newest; 0: for ever.</summary>
    public double? KeepDays { get; init; }
}
