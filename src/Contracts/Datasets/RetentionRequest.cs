namespace Progeny.Contracts.Datasets;

/// <summary>What is kept of a dataset.</summary>
/// <param name="KeepVersions">How many versions are kept, the newest; null: as the node's settings say.</param>
/// <param name="KeepFor">How long a version is kept that is not the newest; null: as the node's settings say.</param>
public sealed record RetentionRequest(int? KeepVersions, TimeSpan? KeepFor);
