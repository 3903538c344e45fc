namespace Progeny.Abstractions.Rollouts;

/// <summary>A run of buckets that one arm has.</summary>
/// <param name="From">The first bucket.</param>
/// <param name="To">The bucket behind the last.</param>
/// <param name="Arm">The arm's name.</param>
[GenerateSerializer, Immutable, Alias("progeny.bucket-range")]
public sealed record BucketRange([property: Id(0)] int From, [property: Id(1)] int To, [property: Id(2)] string Arm)
{
    /// <summary>How many buckets there are: a share is exact to one in a million.</summary>
    public const int Count = 1_000_000;

    public int Length => To - From;
}
