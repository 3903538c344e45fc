namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>What is known of an object that a subscription saw.</summary>
/// <param name="Identity">Of its contents that were seen last.</param>
/// <param name="Digest">The SHA-256 of the contents that were taken; null: none were.</param>
/// <param name="Version">The version of the dataset that has its rows; null: none has.</param>
/// <param name="Problem">Why it could not be taken; null: it could.</param>
public sealed record TakenObject(
    string Path, string Identity, string? Digest, TakenState State, int? Version, DateTimeOffset WrittenAt, string? Problem);
