namespace Progeny.Core.Datasets.Catalog;

/// <summary>Who had the contents of a version removed, when and why.</summary>
/// <param name="By">A person, or the policy of the dataset or the node.</param>
public sealed record DatasetRemoval(string By, DateTimeOffset At, string? Reason);
