using System.Buffers;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using Progeny.Abstractions.Rollouts;

namespace Progeny.Core.Rollouts;

/// <summary>
/// The choice of an arm, compiled from a plan once: a key (an entity or a query id) falls into one of
/// <see cref="BucketRange.Count"/> buckets, and the arm that has the bucket answers. docs/rollout.md tells how to compute it elsewhere.
/// </summary>
public sealed class Selection
{
    private const int MaxStackBytes = 1024;

    private readonly long seed;
    private readonly int[] ends;
    private readonly int[] arms;

    /// <param name="project">The project that is asked; salts the hash, so that shares of one project say nothing of another's.</param>
    /// <param name="arms">The plan's arms.</param>
    /// <param name="buckets">Their buckets, in order and without a gap.</param>
    public Selection(string project, ImmutableArray<RolloutArm> arms, ImmutableArray<BucketRange> buckets)
    {
        seed = (long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(project));
        ends = [.. buckets.Select(range => range.To)];
        this.arms = [.. buckets.Select(range => arms.Single(arm => arm.Name == range.Arm)).Select(arm => arms.IndexOf(arm))];
    }

    /// <summary>Whether one arm has all buckets, so that no key need be checked.</summary>
    public bool IsSingle => ends.Length == 1;

    /// <summary>The arm of a key, as an index of the plan's arms.</summary>
    public int Choose(ReadOnlySpan<char> key)
    {
        if (IsSingle)
            return arms[0];
        var most = Encoding.UTF8.GetMaxByteCount(key.Length);
        byte[]? rented = null;
        var bytes = most <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        var arm = Choose(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return arm;
    }

    /// <inheritdoc cref="Choose(ReadOnlySpan{char})"/>
    /// <param name="key">In UTF-8.</param>
    public int Choose(ReadOnlySpan<byte> key) => IsSingle ? arms[0] : arms[RangeOf(BucketOf(key))];

    /// <summary>
    /// The bucket of a key: XXH64 of its UTF-8 bytes, seeded with the XXH64 of the project's name, scaled to the number of buckets.
    /// </summary>
    public int BucketOf(ReadOnlySpan<byte> key) => (int)Math.BigMul(XxHash64.HashToUInt64(key, seed), (ulong)BucketRange.Count, out _);

    private int RangeOf(int bucket)
    {
        var found = Array.BinarySearch(ends, bucket);
        return found >= 0 ? found + 1 : ~found; // an end is the first bucket of the next range
    }
}
