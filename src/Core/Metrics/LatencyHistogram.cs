using System.Numerics;
using Progeny.Core.Common;

namespace Progeny.Core.Metrics;

/// <summary>
/// Counts of durations in microseconds, in buckets of 64 to each power of two, so that every figure read from it is within
/// <see cref="RelativeError"/> of a duration that was recorded. Two histograms merge without any loss: the merged one is the one that
/// would have seen both. Not thread-safe.
/// </summary>
/// <remarks>
/// The bucketing is the log-linear one of HdrHistogram (G. Tene). A duration below 128 µs has a bucket of its own; above, a bucket
/// [l, l + w) has w = 2^k and l ≥ 64 w, so its middle is off by less than w / 2 ≤ l / 128.
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>The bound of the relative error of a quantile: 1/128, less than 0.8 %.</summary>
    public const double RelativeError = 1.0 / 128;

    /// <summary>The number of buckets for all durations up to <see cref="int.MaxValue"/> µs, some 36 minutes.</summary>
    public const int BucketCount = ((31 - BucketBits) << BucketBits) + (1 << BucketBits);

    private const int BucketBits = 6;
    private const byte Format = 1;

    // Up to the last power of two in which there is a duration: most histograms end early.
    private long[] _counts = [];

    /// <summary>The number of durations.</summary>
    public long Count { get; private set; }

    /// <summary>The exact sum of all durations in microseconds.</summary>
    public long Sum { get; private set; }

    /// <summary>The exact mean in microseconds; null where nothing was recorded.</summary>
    public double? Mean => Count == 0 ? null : (double)Sum / Count;

    /// <summary>The bucket of a duration in microseconds; one below zero (a clock that was set back) counts as zero.</summary>
    public static int BucketOf(int microseconds)
    {
        var value = (uint)Math.Max(microseconds, 0);
        var shift = Math.Max(BitOperations.Log2(value | 1) - BucketBits, 0);
        return (shift << BucketBits) + (int)(value >> shift);
    }

    /// <summary>
    /// The least duration of a bucket in microseconds; of <see cref="BucketCount"/>: the first duration that fits no bucket.
    /// </summary>
    public static long LowerBound(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bucket, BucketCount);
        var shift = Math.Max((bucket >> BucketBits) - 1, 0);
        return (long)(bucket - (shift << BucketBits)) << shift;
    }

    /// <summary>Counts a duration in microseconds.</summary>
    public void Record(int microseconds)
    {
        var bucket = BucketOf(microseconds);
        Reach(bucket);
        _counts[bucket]++;
        Count++;
        Sum += Math.Max(microseconds, 0);
    }

    /// <summary>Adds what was counted elsewhere by <see cref="BucketOf"/>.</summary>
    /// <param name="counts">The count of each bucket.</param>
    /// <param name="sum">The sum of the durations in microseconds.</param>
    public void Add(ReadOnlySpan<int> counts, long sum)
    {
        if (counts.Length != BucketCount)
            throw new ArgumentException($"There are {BucketCount} buckets, not {counts.Length}.", nameof(counts));
        var last = counts.LastIndexOfAnyExcept(0);
        Reach(last);
        for (var bucket = 0; bucket <= last; bucket++)
        {
            _counts[bucket] += counts[bucket];
            Count += counts[bucket];
        }

        Sum += sum;
    }

    /// <summary>Adds all that another histogram counted.</summary>
    public void Merge(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Reach(other._counts.Length - 1);
        for (var bucket = 0; bucket < other._counts.Length; bucket++)
            _counts[bucket] += other._counts[bucket];
        Count += other.Count;
        Sum += other.Sum;
    }

    /// <summary>Adds all that an encoded histogram counted.</summary>
    /// <exception cref="FormatException">The bytes are no histogram; nothing was added.</exception>
    public void Merge(ReadOnlySpan<byte> encoded) => Merge(Decode(encoded));

    /// <summary>The number of durations below a bound in microseconds; exact where the bound is below 128 or a power of two.</summary>
    public long CountBelow(int microseconds)
    {
        var count = 0L;
        for (var bucket = 0; bucket < _counts.Length && LowerBound(bucket + 1) <= microseconds; bucket++)
            count += _counts[bucket];
        return count;
    }

    /// <summary>The smallest duration d such that at least the share <paramref name="q"/> of all are at most d.</summary>
    /// <param name="q">From 0 (the smallest) to 1 (the largest).</param>
    /// <returns>Microseconds, within <see cref="RelativeError"/>; null where nothing was recorded.</returns>
    public double? Quantile(double q)
    {
        if (q is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(q), q, "A quantile is asked for by a share from 0 to 1.");
        if (Count == 0)
            return null;
        var rank = Math.Clamp((long)Math.Ceiling(q * Count), 1, Count);
        var bucket = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[bucket])
            bucket++;
        return (LowerBound(bucket) + LowerBound(bucket + 1) - 1) / 2.0;
    }

    /// <summary>The histogram in a few bytes for each bucket that is not empty.</summary>
    /// <remarks>
    /// A byte 1 (the format), the sum, then for each bucket with a count its distance from the last one and its count; all numbers of
    /// variable length, 7 bits a byte. What is stored by one version is read by all later ones.
    /// </remarks>
    public byte[] Encode()
    {
        var bytes = new List<byte> { Format };
        Varint.Write(bytes, (ulong)Sum);
        var last = -1;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            if (_counts[bucket] == 0)
                continue;
            Varint.Write(bytes, (ulong)(bucket - last));
            Varint.Write(bytes, (ulong)_counts[bucket]);
            last = bucket;
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no histogram.</exception>
    public static LatencyHistogram Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty || encoded[0] != Format)
            throw new FormatException($"A latency histogram starts with the byte {Format}.");
        var rest = encoded[1..];
        var histogram = new LatencyHistogram { Sum = (long)Varint.Read(ref rest) };
        var bucket = -1L;
        while (!rest.IsEmpty)
        {
            var distance = Varint.Read(ref rest);
            var count = Varint.Read(ref rest);
            if (distance is 0 or > BucketCount || (bucket += (long)distance) >= BucketCount || count is 0 or > long.MaxValue)
                throw new FormatException($"A latency histogram has {BucketCount} buckets in rising order, each with a count above zero.");
            histogram.Reach((int)bucket);
            histogram._counts[bucket] = (long)count;
            histogram.Count += (long)count;
        }

        return histogram;
    }

    private void Reach(int bucket)
    {
        if (bucket >= _counts.Length)
            Array.Resize(ref _counts, ((bucket >> BucketBits) + 1) << BucketBits);
    }
}
