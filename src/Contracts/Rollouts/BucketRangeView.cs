namespace Progeny.Contracts.Rollouts;

/// <summary>A run of buckets that one arm has.</summary>
/// <param name="From">The first bucket.</param>
/// <param name="To">The bucket behind the last.</param>
/// <param name="Arm">The arm's name.</param>
public sealed record BucketRangeView(int From, int To, string Arm);
