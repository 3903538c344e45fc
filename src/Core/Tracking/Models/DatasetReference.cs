namespace Progeny.Core.Tracking.Models;

/// <summary>A dataset with which the metrics of a search of logged models were measured.</summary>
/// <param name="DatasetName">The name.</param>
/// <param name="DatasetDigest">The digest; null: any.</param>
public sealed record DatasetReference(string? DatasetName, string? DatasetDigest);
